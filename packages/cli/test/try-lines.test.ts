import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decideOn, signInOn } from '../../server/test/flows/test-browser.ts'
import { paste, type RunningServer, startServer, temporaryFolder } from './program.ts'
import { browserOf } from './wire.ts'

// A folder with a name that a shell would take apart, if it were not quoted.
const folder = temporaryFolder()
const data = join(folder.path, "Ada's data & more")
let server: RunningServer

beforeAll(async () => {
  server = await startServer(['dev', '--data', data, '--port', '0'])
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

it('the line of the JWT bearer flow, pasted as it stands anywhere, signs and gets a token and list views', async () => {
  const { status, stdout } = await paste(server.ready.try.jwtBearer, '/')
  expect(stdout).toContain('iss  ')
  expect(stdout).toMatch(/access_token +00D\S+!\S+/)
  expect(stdout).toContain('· All Accounts (AllAccounts)')
  expect(status).toBe(0)
})

it('the line of the web server flow, pasted as it stands, gets its tokens when a person signs in and allows it', async () => {
  const walk = spawn('/bin/sh', ['-c', server.ready.try.webServer], { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const authorizeUrl = new Promise<string>((resolve) => {
    walk.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      const [url] = /http:\S+\/services\/oauth2\/authorize\S+/.exec(printed) ?? []
      if (url !== undefined && printed.includes('2. Waiting')) resolve(url)
    })
  })
  const ended = new Promise<number | null>((resolve) => walk.once('exit', resolve))
  const [, username = '', password = ''] =
    /Sign in as (\S+) with the password (\S+)/.exec((await authorizeUrl) && printed) ?? []

  const browser = browserOf(server.ready.url)
  const consent = await signInOn(browser, await browser.open(await authorizeUrl), username, password)
  expect(consent.html).toContain('Demo Web App')
  const callback = await decideOn(browser, consent, 'allow')
  expect(callback.hasLeft).toBe(true)
  expect(await (await fetch(callback.url)).text()).toContain('this window may be closed')

  expect([await ended, await text(walk.stderr)]).toEqual([0, ''])
  expect(printed).toMatch(/access_token +00D\S+!\S+/)
  expect(printed).toMatch(/refresh_token +\S+/)
  expect(printed).toContain('· All Accounts (AllAccounts)')
})

it('says no more, and nothing of it, to whoever reads no further', async () => {
  const { stdout, stderr } = await paste(`${server.ready.try.jwtBearer} | head -n 1`, '/')
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^1\. The claims.*\n$/), ''])
})

it('a wrong audience is refused, the reason told, and the checklist printed by the command that is told too', async () => {
  const { status, stdout } = await paste(`${server.ready.try.jwtBearer} --audience https://wrong.example`, '/')
  expect(status).toBe(1)
  expect(stdout).toContain('400 invalid_grant')
  expect(stdout).toContain('Why: audience-unknown: found "https://wrong.example"; expected ')

  const [, line = ''] = /The whole story: (.+)/.exec(stdout) ?? []
  const told = await paste(line, '/')
  expect(told.status).toBe(0)
  expect(told.stdout).toContain('✓ The signature was made with the key of the app')
  expect(told.stdout).toContain('✗ The audience (aud) names this server')
  expect(told.stdout).toContain(server.ready.url)
  expect((await paste(line.replace(/diagnose .*/, 'diagnose --last'), '/')).stdout).toBe(told.stdout)
})

it.each([
  ['--username nobody@target.example', 'user-unknown'],
  ['--username outsider@target.example', 'not-admin-approved'],
  ['--consumer-key 3MVG9unknown', 'client-unknown'],
  ['--expires-in=-600', 'expiry-past'],
])('the line with %s is refused because of %s', async (option, reason) => {
  const { stdout } = await paste(`${server.ready.try.jwtBearer} ${option}`, '/')
  expect(stdout).toContain(`Why: ${reason}: `)
})
