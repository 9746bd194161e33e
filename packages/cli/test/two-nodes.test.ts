import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../../../test/eventually.ts'
import { sharedPostgresUrl } from '../../../test/postgres-url.ts'
import { signInOn, testBrowser } from '../../server/test/flows/test-browser.ts'
import { freePort } from '../src/free-port.ts'
import { program, temporaryFolder } from './program.ts'
import { certificateOf, type RunningProxy, startNginx } from './proxies.ts'

const page = readFileSync(new URL('../../../docs/operations/two-nodes.md', import.meta.url), 'utf8')
const folder = temporaryFolder()
const authorities = getCACertificates('default')
let places: ReadonlyMap<string, string>
let proxyPort: number
let proxy: RunningProxy | undefined
let nodes: ChildProcess | undefined

beforeAll(async () => {
  const postgres = await sharedPostgresUrl()
  const free = async () => String(await freePort(['127.0.0.1'], 0))
  const [one, other, first, second, front] = [await free(), await free(), await free(), await free(), await free()]
  proxyPort = Number(front)
  const { certificate, key } = certificateOf(folder.path)
  setDefaultCACertificates([...authorities, readFileSync(certificate, 'utf8')])
  // What is another machine's, or taken here: everything else of the page is run as it stands.
  places = new Map([
    ['https://login.acme.example', `https://localhost:${front}`],
    ['listen 443', `listen ${front}`],
    ['/etc/ssl/login.acme.example.crt', certificate],
    ['/etc/ssl/login.acme.example.key', key],
    ['127.0.0.1:5432', postgres.host],
    ['8787', one],
    ['8788', other],
    ['9464', first],
    ['9465', second],
  ])
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'sallyport'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`)
  chmodSync(join(bin, 'sallyport'), 0o755)
})
afterAll(async () => {
  if (nodes?.pid !== undefined && nodes.exitCode === null) process.kill(-nodes.pid, 'SIGKILL')
  await proxy?.stop()
  setDefaultCACertificates(authorities)
  await asAdministrator(['drop database if exists sallyport_login with (force)', 'drop role if exists sallyport_login'])
  folder[Symbol.dispose]()
})

/** The processes that a process has started and that run. */
function childrenOf(pid: number | undefined): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

function isThere(pid: number | undefined): boolean {
  return existsSync(`/proc/${pid}`)
}

/** What the page has to be pasted, in order, of a language. */
function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) =>
    [...places].reduce((written, [there, here]) => written.replaceAll(there, here), block),
  )
}

async function asAdministrator(statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: (await sharedPostgresUrl()).href })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

function shell(script: string) {
  // A shell of a person has nothing of other servers.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SALLYPORT_'))
  const path = `${join(folder.path, 'bin')}:${dirname(process.execPath)}:${process.env['PATH']}`
  const { certificate } = certificateOf(folder.path)
  const trust = { CURL_CA_BUNDLE: certificate, NODE_EXTRA_CA_CERTS: certificate }
  const env = { ...Object.fromEntries(inherited), ...trust, PATH: path, SALLYPORT_DRAIN_SECONDS: '1' }
  return spawn('bash', ['-c', `set -eu\n${script}`], {
    cwd: folder.path,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    // With what it starts: so it can be ended with it.
    detached: true,
  })
}

async function pasted(block: string | undefined): Promise<string> {
  const child = shell(block ?? 'false')
  const [printed, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([block, status]).toEqual([block, 0])
  return printed
}

/** A browser that is another machine's, as far as the proxy is told. */
function browserFrom(address: string, base: string) {
  return testBrowser({
    base,
    request(path, init) {
      const headers = new Headers(init?.headers)
      headers.set('x-forwarded-for', address)
      return fetch(new URL(path, base), { ...init, headers, redirect: 'manual' })
    },
  })
}

// Nine programs start one after the other.
it('is what a new operator does, line by line, in an empty folder', { timeout: 120_000 }, async () => {
  const [install, settings, org, serve, look, later] = blocks('sh')
  expect(install).toBe('npm install --global sallyport\n')
  const statements = blocks('sql')
    .flatMap((block) => block.trim().split(/;\n?/))
    .filter((line) => line !== '')
  await asAdministrator(statements)
  await pasted(settings)
  const first = await pasted(org)
  expect(first).toContain('✓ configuration: complete')
  expect(first).toContain('✓ database: empty; its tables will be made at the first start')

  nodes = shell(`${serve ?? ''}echo; echo ready; wait`)
  let said = ''
  for await (const chunk of nodes.stdout ?? []) {
    said += String(chunk)
    if (said.includes('\nready\n')) break
  }
  expect(said.match(/"status":"ready"/g)).toHaveLength(2)

  const [configuration = ''] = blocks('nginx')
  proxy = await startNginx(configuration, folder.path, proxyPort)
  const seen = await pasted(look)
  const url = `https://localhost:${proxyPort}`
  expect(seen).toContain(`"issuer":"${url}"`)
  const browser = browserFrom('192.0.2.7', url)
  await signInOn(browser, await browser.open('/'), 'ada@acme.example', 'correct horse battery staple')
  const home = async () => (await browser.open('/setup')).html.includes('Setup Home')
  for (let visit = 0; visit < 4; visit += 1) expect(await home()).toBe(true)
  const answered = proxy.answered()
  expect(answered.size).toBe(2)
  expect([...answered.values()].every((count) => count > 2)).toBe(true)

  // One of them is stopped: nobody notices.
  const [one] = childrenOf(nodes.pid)
  process.kill(one ?? 0, 'SIGTERM')
  for (let visit = 0; visit < 10; visit += 1) expect(await home()).toBe(true)
  await eventually(() => expect(isThere(one)).toBe(false))
  expect(await home()).toBe(true)

  const told = await pasted(later)
  // As the proxy says, whom it trusts to: the caller's own address.
  expect(told).toContain('192.0.2.7')
  expect(told).toMatch(/228\s+signs/)
})
