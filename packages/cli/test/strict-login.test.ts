import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideOn, signInOn } from '../../server/test/flows/test-browser.ts'
import { newSigner } from '../../server/test/flows/test-server.ts'
import { freePort } from '../src/free-port.ts'
import { begunLogin } from './begun-login.ts'
import { type Finished, paste, program, type RunningServer, run, startServer, temporaryFolder } from './program.ts'
import { browserOf } from './wire.ts'

const folder = temporaryFolder()
const config = join(folder.path, 'config')
const username = 'ada@acme.example'
const password = 'correct horse battery staple'
const limits = '/services/data/v62.0/limits'
let server: RunningServer
let url: string
let callbackPort: number
let app: { readonly consumerKey: string; readonly consumerSecret: string }
let place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }

beforeAll(async () => {
  const own = {
    SALLYPORT_DATA: join(folder.path, 'data'),
    SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  }
  const [port, other] = [await freePort(['127.0.0.1'], 0), await freePort(['127.0.0.1'], 0)]
  url = `http://localhost:${port}`
  callbackPort = other
  const { pem, privateKey } = await newSigner(new Date())
  writeFileSync(join(folder.path, 'app.crt'), pem)
  writeFileSync(join(folder.path, 'app.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const admin = { cwd: folder.path, env: own }
  await run(['org', 'create', 'Acme'], admin)
  const user = ['user', 'create', username, '--last-name', 'Lovelace', '--profile', 'System Administrator']
  await run([...user, '--password-stdin'], { ...admin, input: password })
  const made = ['app', 'create', 'Desk', '--contact-email', 'dev@acme.example', '--certificate-file', 'app.crt']
  const callback = ['--callback-url', `http://localhost:${callbackPort}/cb`, '--scope', 'api', 'web', 'refresh_token']
  const runAs = ['--client-credentials', '--run-as', username, '--json']
  await run(['certificate', 'create', 'Devices'], admin)
  const assets = ['--asset-certificate', 'Devices', '--asset-audience', 'https://telemetry.example']
  app = (await run([...made, ...callback, ...assets, ...runAs], admin)).json
  place = { cwd: folder.path, env: { SALLYPORT_CONFIG: config, SECRET: app.consumerSecret } }
  const serve = ['serve', '--public-url', url, '--port', String(port), '--set']
  server = await startServer([...serve, 'pushedRequests=required', 'dpopNeedsNonce=yes'], admin)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const sallyport = (...words: readonly string[]): Promise<Finished> => run(words, place)

function keyLogin(...words: readonly string[]): Promise<Finished> {
  const asked = ['login', 'client-credentials', '--url', url, '--consumer-key', app.consumerKey]
  return sallyport(...asked, '--key-file', 'app.key', ...words)
}

/** Signs in with a browser, and answers where that was sent. */
async function webLogin(...words: readonly string[]): Promise<URL> {
  const asked = ['--url', url, '--consumer-key', app.consumerKey, '--consumer-secret-env', 'SECRET']
  const callback = ['--port', String(callbackPort), '--callback-path', '/cb']
  const begun = await begunLogin(['web', ...asked, ...callback, ...words, '--no-browser'], place)
  const browser = browserOf(url)
  const page = await signInOn(browser, await browser.open(begun.address), username, password)
  if (page.html.includes('oaapprove')) await decideOn(browser, page, 'allow')
  expect(await begun.ended()).toMatchObject({ status: 0 })
  return new URL(begun.address)
}

describe('sallyport login web, at a server that takes pushed requests', () => {
  it('pushes its request by itself: the address holds a reference, and nothing else', async () => {
    const address = await webLogin('--name', 'pushed')
    expect([...address.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri'])
    expect((await sallyport('call', 'GET', limits, '--login', 'pushed')).status).toBe(0)
    const shown = (await sallyport('login', 'show', 'pushed', '--json')).json
    expect(shown).toMatchObject({ kind: 'web', isBoundToKey: false })
  })
})

describe('sallyport login --dpop', () => {
  it('binds the tokens of a person to a key that is kept as safely, and renews them with it', async () => {
    await webLogin('--dpop', '--name', 'bound')
    expect((await sallyport('login', 'show', 'bound')).stdout).toContain('bound to a key (DPoP)')
    const before = (await sallyport('token', 'show', '--login', 'bound', '--json')).json
    expect(before.tokenType).toBe('DPoP')
    const copied = await fetch(`${url}${limits}`, { headers: { authorization: `Bearer ${before.accessToken}` } })
    expect(copied.status).toBe(401)
    expect((await sallyport('call', 'GET', limits, '--login', 'bound')).status).toBe(0)
    await sallyport('token', 'revoke', '--login', 'bound')
    expect((await sallyport('call', 'GET', limits, '--login', 'bound')).status).toBe(0)
    const after = (await sallyport('token', 'show', '--login', 'bound', '--json')).json
    expect([after.tokenType, after.accessToken === before.accessToken]).toEqual(['DPoP', false])
    const files = readdirSync(config, { recursive: true, encoding: 'utf8' }).map((name) => join(config, name))
    const contents = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'))
    expect(contents.join('\n')).not.toMatch(/P-256|kty|00D.{12}!/)
  })

  it('does so for an app that signs in as itself, and says the key where it is asked', async () => {
    expect((await keyLogin('--dpop', '--name', 'robot')).status).toBe(0)
    const known = (await sallyport('token', 'introspect', '--login', 'robot', '--json')).json
    expect(known).toMatchObject({ active: true, cnf: { jkt: expect.stringMatching(/^[\w-]{43}$/) } })
    expect((await sallyport('call', 'GET', limits, '--login', 'robot')).status).toBe(0)
  })

  it('gets tokens for devices by a bound one', async () => {
    const { status, stdout } = await sallyport('token', 'asset', '--login', 'robot')
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^eyJ/)])
  })

  it('makes proofs for other programs, each for one request', async () => {
    const { stdout } = await sallyport('token', 'proof', 'get', `${url}${limits}?x=1`, '--login', 'robot')
    const [header, claims] = stdout.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } })
    expect(header.jwk).not.toHaveProperty('d')
    expect(claims).toMatchObject({ htm: 'GET', htu: `${url}${limits}`, ath: expect.any(String) })
    const nowhere = await sallyport('token', 'proof', 'GET', '/services/data', '--login', 'robot')
    expect([nowhere.status, nowhere.stderr]).toEqual([2, expect.stringContaining('the whole of it')])
    const free = await sallyport('token', 'proof', 'GET', url, '--login', 'pushed')
    expect([free.status, free.stderr]).toEqual([1, expect.stringContaining('sallyport login web --dpop')])
  })

  it('opens no pages', async () => {
    const { status, stderr } = await sallyport('open', '--login', 'bound', '--url-only')
    expect([status, stderr]).toEqual([1, expect.stringContaining('those open APIs and no pages')])
  })

  it('is in the line for curl, with a proof that is made when the line is run', async () => {
    const { stdout } = await sallyport('call', 'GET', limits, '--login', 'robot', '--curl')
    expect(stdout).toContain('Authorization: DPoP $(sallyport token show')
    const here = `sallyport() { "${process.execPath}" "${program}" "$@"; }; export SALLYPORT_CONFIG='${config}'`
    const line = stdout.replace('curl ', `curl -sS -o /dev/null -w '%{http_code} %header{www-authenticate}' `)
    // This server wants a nonce of its own in the proof, which only whoever had an answer can put there.
    expect((await paste(`${here}\n${line}`, folder.path)).stdout).toMatch(/^401 .*use_dpop_nonce/)
  })
})
