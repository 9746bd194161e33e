import { execFile, execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { signSamlAssertion } from '@sallyport/client'
import type { Place as DatabasePlace } from '../../packages/server/src/stores/open.ts'
import { startPostgres } from '../../test/postgres-server.ts'
import { type Answer, readHeader, writeRequest } from '../http.ts'
import { fire } from '../load.ts'
import { readText, type ScenarioName } from '../scenarios.ts'
import { freePort, startServer } from '../server-process.ts'
import { makeProver, makeSigner, uniqueId } from '../signer.ts'
import { signIn } from './sallyport-sign-in.ts'
import {
  again,
  once,
  type Place,
  type PreparedTarget,
  type RunningTarget,
  type Supply,
  type Target,
  times,
} from './target.ts'

/** Sallyport as `sallyport dev` runs it: SQLite on disk, every answered write committed with `synchronous=FULL`. */
export const sallyport: Target = {
  name: 'sallyport',
  title: `Sallyport ${readVersion()}, on disk`,
  prepare: (place) => prepareSallyport(place),
}

/** The same database as `sallyport serve` runs it. */
export const sallyportServed: Target = {
  name: 'sallyport',
  title: `Sallyport ${readVersion()}, served from SQLite`,
  prepare: (place) => prepareSallyport(place, { how: 'serve' }),
}

/** The same database on PostgreSQL, with every answered write on its disk, as `sallyport serve` runs it. */
export const sallyportOnPostgres: Target = {
  name: 'sallyport-postgres',
  title: `Sallyport ${readVersion()}, on PostgreSQL`,
  async prepare(place) {
    const postgres = await startPostgres({ settings: durable })
    return { ...(await prepareSallyport(place, { how: 'serve', database: postgres.url })), end: postgres.stop }
  },
}

/** What makes a PostgreSQL for tests one that loses nothing. */
export const durable: readonly string[] = ['fsync=on', 'full_page_writes=on']

const ownProgram = join(import.meta.dirname, '../../packages/cli/bin/sallyport.js')
const callbackUrl = 'https://app.example.com/callback'
const directory = 'https://directory.bench.example'
const exchange = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' }
const password = 'correct horse battery staple'
const usernames = Array.from({ length: 16 }, (_, index) => `user${index}@bench.example`)
// Salesforce keeps five approvals of a user for an app, so a user holds fewer refresh tokens than that.
const tokensPerUser = 4
// What Salesforce does not have is there in `sallyport serve` alone.
const beyondSalesforce = ['--set', 'acceptsDpop=yes', '--set', 'pushedRequests=offered']
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** On which database, and by which program; SQLite and this one, unless given. */
export interface SallyportOptions {
  /** `dev`, unless given; PostgreSQL is served. */
  readonly how?: 'dev' | 'serve'
  readonly database?: string
  readonly program?: string
}

/** Sallyport, as far as more is asked of it than to be put under load. */
export interface PreparedSallyport extends PreparedTarget {
  readonly store: DatabasePlace
  readonly encryptionKey: string
  /** The app that gets all tokens. */
  readonly consumerKey: string
  /** Asks whether tokens are active. */
  checks(tokens: readonly string[]): Supply
  /** Attempts to sign in with a wrong password, of these users in turn. */
  wrongPasswords(usernames: readonly string[]): Supply
  /** Runs a command of another program on the same database. */
  runBeside(program: string, words: readonly string[]): Promise<unknown>
}

/** Makes an org for all rows of the table. */
export async function prepareSallyport(
  { folder, core, nodeArguments, options: further = [] }: Place,
  { how = 'dev', database, program = ownProgram }: SallyportOptions = {},
): Promise<PreparedSallyport> {
  const port = await freePort()
  const orgPort = await freePort()
  const host = `127.0.0.1:${port}`
  const origin = `http://${host}`
  const signer = makeSigner()
  const app = { client_id: `Bench${uniqueId()}`, client_secret: uniqueId() }
  const jwtApp = { client_id: `BenchJwt${uniqueId()}`, client_secret: uniqueId() }
  const orgFile = join(folder, 'org.json')
  const data = join(folder, 'data')
  writeFileSync(orgFile, JSON.stringify(orgWith({ app, jwtApp }, signer.certificate, orgPort)))
  const handlers = join(folder, 'data', 'handlers')
  mkdirSync(handlers, { recursive: true })
  writeFileSync(join(handlers, 'Directory.js'), handlerWith(signer.certificate))
  let assertions = 0
  let cookies: Promise<readonly string[]> | undefined

  const supplies: Readonly<Record<ScenarioName, (count: number) => Promise<Supply>>> = {
    'jwt-bearer': async (count) => once(await times(count, () => jwtBearer({}))),
    'jwt-bearer-jti': async (count) => once(await times(count, () => jwtBearer({ jti: uniqueId() }))),
    'saml-bearer': async (count) => once(await times(count, samlBearer)),
    'saml-assertion': async (count) => once(await samlAssertions(count)),
    'saml-sign-in': async (count) => once(await samlResponses(count)),
    'code-openid': async (count) => once(await exchanges(count, 'openid api refresh_token')),
    code: async (count) => once(await exchanges(count, 'api refresh_token')),
    'code-jwt': async (count) => once(await exchanges(count, 'api refresh_token', jwtApp)),
    refresh: async () => again(await refreshes()),
    'hybrid-refresh': async () => again(await refreshes('api web refresh_token', 'hybrid_refresh')),
    userinfo: async () => {
      const tokens = await newTokens('openid id api refresh_token', 'access_token')
      const headers = tokens.map((token) => ({ Authorization: `Bearer ${token}` }))
      return again(headers.map((header) => writeRequest({ host, path: '/services/oauth2/userinfo', headers: header })))
    },
    introspection: async () => {
      const tokens = await newTokens('api refresh_token', 'access_token')
      return again(tokens.map((token) => post('introspect', { token, ...app })))
    },
    revocation: async (count) => {
      const tokens = await collect(repeat(await refreshes(), count), ({ body }) => readText(body, 'access_token'))
      return once(tokens.map((token) => post('revoke', { token })))
    },
    'client-credentials': async () => {
      const form = { grant_type: 'client_credentials', ...app }
      return again([writeRequest({ host: `127.0.0.1:${orgPort}`, path: '/services/oauth2/token', form })])
    },
    dpop: async (count) => once(await boundRefreshes(count)),
    push: async () => again([post('par', { ...authorizeForm('api refresh_token', app), ...app })]),
    headless: async () => {
      const form = { ...authorizeForm('api refresh_token', app), response_type: 'code_credentials', password }
      const headers = { 'Auth-Request-Type': 'Named-User' }
      const path = '/services/oauth2/authorize'
      return again(usernames.map((username) => writeRequest({ host, path, headers, form: { ...form, username } })))
    },
    password: async () =>
      again(usernames.map((username) => post('token', { grant_type: 'password', username, password, ...app }))),
    'token-exchange': async (count) => once(await times(count, tokenExchange)),
    'asset-token': async () => again(await assetTokens()),
    device: async () => again([post('token', { response_type: 'device_code', scope: 'api refresh_token', ...app })]),
    record: async () => {
      const tokens = await newTokens('api refresh_token', 'access_token')
      const [all = ''] = tokens
      const [ids = []] = await collect([read(all, query('SELECT Id FROM Account LIMIT 64'))], ({ body }) =>
        [...body.matchAll(/"Id":"(001\w{15})"/g)].map(([, id = '']) => id),
      )
      return again(ids.map((id, place) => read(tokens[place] ?? all, `sobjects/Account/${id}`)))
    },
    query: async () => {
      const tokens = await newTokens('api refresh_token', 'access_token')
      const path = query('SELECT Id, Name, Phone, Owner.Name FROM Account ORDER BY Name LIMIT 25')
      return again(tokens.map((token) => read(token, path)))
    },
  }

  // Makes the org, and stops. Later starts find it and are not given the file again: holding 16 passwords against their
  // hashes is meant to be slow, and is no part of answering.
  await (await startServer({ command: dev([], ['--org-file', orgFile]), core, folder })).stop()
  if (database !== undefined)
    execFileSync(process.execPath, [program, 'store', 'copy', '--data', data, '--to', database])
  const encryptionKey = readFileSync(join(data, 'encryption.key'), 'utf8').trim()
  return {
    port,
    firstRequest: await jwtBearer({}),
    start,
    store: database === undefined ? { file: join(data, 'sallyport.db') } : { url: database },
    encryptionKey,
    consumerKey: app.client_id,
    checks: (tokens) => again(tokens.map((token) => post('introspect', { token, ...app }))),
    wrongPasswords: (names) =>
      again(names.map((username) => post('token', { grant_type: 'password', username, password: 'wrong', ...app }))),
    runBeside(other, words) {
      const env = { ...process.env, SALLYPORT_ENCRYPTION_KEY: encryptionKey }
      const place = database === undefined ? ['--data', data] : ['--database', database]
      return promisify(execFile)(process.execPath, [other, ...words, ...place], { env })
    },
  }

  async function start(scenario?: ScenarioName): Promise<RunningTarget> {
    const isBeyond = scenario === 'dpop' || scenario === 'push'
    const command =
      how === 'dev' && !isBeyond ? dev(nodeArguments, []) : serve(nodeArguments, isBeyond ? beyondSalesforce : [])
    const server = await startServer({ command, core, folder })
    return { process: server, supply: (scenario, count) => supplies[scenario](count) }
  }

  function dev(forNode: readonly string[], extra: readonly string[]): readonly string[] {
    const options = ['--json', '--data', data, '--port', String(port), ...extra]
    return [process.execPath, ...forNode, program, 'dev', ...options]
  }

  function serve(forNode: readonly string[], settings: readonly string[]): readonly string[] {
    const key = `SALLYPORT_ENCRYPTION_KEY=${encryptionKey}`
    const kept = database === undefined ? ['--data', data] : ['--database', database]
    const place = ['--json', '--port', String(port), '--public-url', origin, ...kept]
    const options = [...place, '--posture', 'salesforce', '--log-level', 'error', ...settings, ...further]
    return ['env', key, process.execPath, ...forNode, program, 'serve', ...options]
  }

  /** No two assertions are the same: user and expiry differ, and the `jti` where there is one. */
  async function jwtBearer(extra: { readonly jti?: string }): Promise<Buffer> {
    const number = assertions
    assertions += 1
    const sub = usernames[number % usernames.length] ?? ''
    const exp = Math.floor(Date.now() / 1000) + 3600 + Math.floor(number / usernames.length)
    const assertion = await signer.signClaims({ iss: app.client_id, sub, aud: origin, exp, ...extra })
    return post('token', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  }

  /** For users in turn; each has an `ID` of its own. */
  async function samlBearer(): Promise<Buffer> {
    const subject = usernames[assertions % usernames.length] ?? ''
    assertions += 1
    const recipient = `${origin}/services/oauth2/token`
    const statement = { issuer: app.client_id, subject, audience: origin, recipient, validitySeconds: 300 }
    const assertion = Buffer.from(await signSamlAssertion(statement, signer)).toString('base64url')
    return post('token', { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion })
  }

  /** Of the identity provider that the org believes: no app is named. */
  async function samlAssertions(count: number): Promise<readonly Buffer[]> {
    const path = `/services/oauth2/token?so=${await ownOrgId()}`
    const profile = { grant_type: 'assertion', assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser' }
    return times(count, async (number) => {
      const assertion = await vouchFor(number, path)
      return writeRequest({ host, path, form: { ...profile, assertion } })
    })
  }

  /** What a browser brings from that provider. Each user is signed in with a browser that nobody knows. */
  async function samlResponses(count: number): Promise<readonly Buffer[]> {
    const path = `/?so=${await ownOrgId()}`
    return times(count, async (number) => {
      const SAMLResponse = await vouchFor(number, path)
      return writeRequest({ host, path, form: { SAMLResponse } })
    })
  }

  /** An assertion about one of the users, for a path of the server. */
  async function vouchFor(number: number, path: string): Promise<string> {
    const subject = usernames[number % usernames.length] ?? ''
    const statement = { issuer: directory, subject, audience: `${directory}/sp`, recipient: `${origin}${path}` }
    return Buffer.from(await signSamlAssertion(statement, signer)).toString('base64')
  }

  async function ownOrgId(): Promise<string> {
    const [orgId = ''] = await collect([await jwtBearer({})], ({ body }) => /\/id\/(00D\w{15})\//.exec(body)?.[1] ?? '')
    return orgId
  }

  /** A token of another issuer, which the handler verifies; no two are alike. */
  async function tokenExchange(): Promise<Buffer> {
    const sub = usernames[assertions % usernames.length] ?? ''
    assertions += 1
    const exp = Math.floor(Date.now() / 1000) + 3600
    const subject_token = await signer.signClaims({ iss: directory, sub, aud: 'bench', exp, jti: uniqueId() })
    return post('token', { ...exchange, subject_token, subject_token_type: tokenType('jwt'), ...app })
  }

  /** For one device each, with a key of its own. */
  async function assetTokens(): Promise<readonly Buffer[]> {
    const tokens = await newTokens('api refresh_token', 'access_token')
    return Promise.all(
      tokens.map(async (subject_token, number) => {
        const device = { did: `device-${number}`, Name: `Device ${number}` }
        const cnf = { jwk: signer.publicKey.export({ format: 'jwk' }) }
        const actor = { actor_token: await signer.signClaims({ ...device, cnf }), actor_token_type: tokenType('jwt') }
        return post('token', { ...exchange, subject_token, subject_token_type: tokenType('access_token'), ...actor })
      }),
    )
  }

  async function refreshes(scope = 'api refresh_token', grant_type = 'refresh_token'): Promise<readonly Buffer[]> {
    const tokens = await newTokens(scope, 'refresh_token')
    return tokens.map((refresh_token) => post('token', { grant_type, refresh_token, ...app }))
  }

  /** Refresh tokens in turn, each time with a proof of its own of one key. */
  async function boundRefreshes(count: number): Promise<readonly Buffer[]> {
    const tokens = await newTokens('api refresh_token', 'refresh_token')
    const prove = makeProver(`${origin}/services/oauth2/token`)
    return Array.from({ length: count }, (_, number) => {
      const form = { grant_type: 'refresh_token', refresh_token: tokens[number % tokens.length] ?? '', ...app }
      return writeRequest({ host, path: '/services/oauth2/token', headers: { DPoP: prove() }, form })
    })
  }

  /** As many as users may hold at once, of different users one after the other. */
  async function newTokens(scope: string, member: 'access_token' | 'refresh_token'): Promise<readonly string[]> {
    const requests = await exchanges(usernames.length * tokensPerUser, scope)
    return collect(requests, ({ body }) => readText(body, member))
  }

  /** Exchanges of codes that signed-in users have just been sent back with. */
  async function exchanges(count: number, scope: string, client: Client = app): Promise<readonly Buffer[]> {
    cookies ??= times(usernames.length, (index) => {
      const username = usernames[index] ?? ''
      return signIn({ authorizeUrl: `${origin}${authorizePath(scope, client)}`, callbackUrl, username, password })
    })
    const headers = (await cookies).map((Cookie) => ({ Cookie, Accept: 'text/html' }))
    const path = authorizePath(scope, client)
    const visits = headers.map((header) => writeRequest({ host, path, headers: header }))
    const codes = await collect(repeat(visits, count), readCode)
    const form = { grant_type: 'authorization_code', redirect_uri: callbackUrl, code_verifier: verifier, ...client }
    return codes.map((code) => post('token', { ...form, code }))
  }

  function authorizePath(scope: string, client: Client): string {
    return `/services/oauth2/authorize?${new URLSearchParams(authorizeForm(scope, client))}`
  }

  function authorizeForm(scope: string, { client_id }: Client) {
    const query = { response_type: 'code', client_id, redirect_uri: callbackUrl, scope }
    return { ...query, code_challenge: challenge, code_challenge_method: 'S256' }
  }

  /** Sends each request once and gives what `read` finds in the answers.
   *  @throws {Error} when an answer does not have it */
  async function collect<Found>(
    requests: readonly Buffer[],
    read: (answer: Answer) => Found,
  ): Promise<readonly Found[]> {
    const found: Found[] = []
    const inspect = (answer: Answer): undefined => {
      found.push(read(answer))
    }
    const { complaints } = await fire({ port, connections: 32, requests, reusable: false, seconds: 60, inspect })
    const [complaint] = complaints.keys()
    if (complaint !== undefined) throw new Error(`could not prepare: ${complaint}`)
    return found
  }

  function query(soql: string): string {
    return `query?${new URLSearchParams({ q: soql })}`
  }

  function read(token: string, path: string): Buffer {
    return writeRequest({ host, path: `/services/data/v67.0/${path}`, headers: { Authorization: `Bearer ${token}` } })
  }

  function post(endpoint: 'token' | 'introspect' | 'revoke' | 'par', form: Readonly<Record<string, string>>): Buffer {
    return writeRequest({ host, path: `/services/oauth2/${endpoint}`, form })
  }
}

/** An app by what it shows of itself. */
interface Client {
  readonly client_id: string
  readonly client_secret: string
}

/**
 * One org with users who may all use its apps, pre-authorized by their profile (the org file of the documentation): one for
 * nearly everything, and one whose access tokens are JWTs.
 */
function orgWith(
  { app, jwtApp }: { readonly app: Client; readonly jwtApp: Client },
  certificate: string,
  port: number,
): unknown {
  const profile = 'System Administrator'
  const users = usernames.map((username, index) => ({
    username,
    password,
    email: username,
    firstName: 'Ada',
    lastName: `Admin ${index}`,
    profile,
  }))
  const connectedApp = {
    fullName: 'Bench',
    label: 'Bench',
    contactEmail: 'bench@bench.example',
    oauthConfig: {
      callbackUrl: [callbackUrl],
      consumerKey: app.client_id,
      consumerSecret: app.client_secret,
      certificate,
      scopes: ['Basic', 'Api', 'Web', 'RefreshToken', 'OpenID'],
      isAdminApproved: true,
      isClientCredentialEnabled: true,
      isDeviceFlowEnabled: true,
      isUsernamePasswordEnabled: true,
      isCodeCredentialEnabled: true,
      isTokenExchangeEnabled: true,
      assetTokenConfig: {
        assetSigningCertId: 'Devices',
        assetAudiences: ['https://telemetry.bench.example'],
        assetValidityPeriod: 30,
      },
      oauthClientCredentialUser: usernames[0],
    },
    oauthPolicy: { isTokenExchangeFlowEnabled: true },
    profileName: [profile],
  }
  const issuingJwts = {
    fullName: 'Bench_Jwt',
    label: 'Bench JWT',
    contactEmail: 'bench@bench.example',
    oauthConfig: {
      callbackUrl: [callbackUrl],
      consumerKey: jwtApp.client_id,
      consumerSecret: jwtApp.client_secret,
      scopes: ['Api', 'RefreshToken'],
      isAdminApproved: true,
      isNamedUserJwtEnabled: true,
    },
    profileName: [profile],
  }
  const [apexExecutionUser] = usernames
  const handler = {
    developerName: 'Directory',
    masterLabel: 'Directory',
    isJwtSupported: true,
    enablements: [{ connectedApp: 'Bench', apexExecutionUser, isDefault: true }],
  }
  const accounts = Array.from({ length: 2000 }, (_, number) => ({
    Name: `Account ${number}`,
    Phone: `+1 555 ${number}`,
    BillingCity: `City ${number % 50}`,
  }))
  const records = { Account: accounts }
  const org = {
    name: 'Bench',
    type: 'production',
    port,
    settings: {
      blockOAuthUnPwFlow: false,
      oAuthCdCrdtFlowEnable: true,
      // Logins are counted as for anybody, and nobody is refused.
      maxLoginsPerHour: 100_000_000,
      trustedIpRanges: [{ start: '127.0.0.1', end: '127.0.0.1' }],
    },
    users,
    certificates: [{ name: 'Devices' }],
    connectedApps: [connectedApp, issuingJwts],
    tokenExchangeHandlers: [handler],
    samlSsoConfigs: [
      { fullName: 'Directory', issuer: directory, samlEntityId: `${directory}/sp`, validationCert: certificate },
    ],
    records,
  }
  return { orgs: [org] }
}

/** A handler that verifies the JWTs of one issuer with the key of this certificate, as one with its keys at hand would. */
function handlerWith(certificate: string): string {
  return `
import { verify, X509Certificate } from 'node:crypto'

const { publicKey } = new X509Certificate(${JSON.stringify(certificate)})

export function validateIncomingToken(_app, _appType, token) {
  const [head, body, signature] = token.split('.')
  const signed = Buffer.from(\`\${head}.\${body}\`)
  if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))) return { isValid: false }
  const { iss, aud, sub, exp } = JSON.parse(Buffer.from(body, 'base64url').toString())
  return { isValid: iss === '${directory}' && aud === 'bench' && exp > Date.now() / 1000, data: { sub } }
}

export const getUserForTokenSubject = (_network, { data }) => ({ Username: data.sub })
`
}

function tokenType(name: string): string {
  return `urn:ietf:params:oauth:token-type:${name}`
}

function readCode({ status, head, body }: Answer): string {
  const location = readHeader(head, 'location') ?? ''
  const code = URL.parse(location)?.searchParams.get('code')
  if (typeof code === 'string') return code
  throw new Error(`expected to be sent back with a code, got ${status} ${location} ${body.slice(0, 120)}`)
}

function repeat(requests: readonly Buffer[], count: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(count / requests.length) }, () => requests)
    .flat()
    .slice(0, count)
}

function readVersion(): string {
  return readText(readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8'), 'version')
}
