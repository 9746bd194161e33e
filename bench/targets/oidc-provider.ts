import { createHash, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeRequest } from '../http.ts'
import { readText, type ScenarioName } from '../scenarios.ts'
import { freePort, type ServerProcess, startServer } from '../server-process.ts'
import { makeProver, makeSigner, uniqueId } from '../signer.ts'
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

/** What the server process is started with. */
interface Settings {
  readonly port: number
  readonly issuer: string
  readonly clients: readonly Readonly<Record<string, unknown>>[]
  readonly webClientId: string
  readonly jwks: { readonly keys: readonly JsonWebKey[] }
  readonly cookieKey: string
  readonly users: number
}

/** Asks the server process for codes or tokens, made by its own models in its own storage. */
interface Wish {
  readonly make: 'AuthorizationCode' | 'RefreshToken' | 'AccessToken'
  readonly count: number
  readonly scope: string
  readonly fields: Readonly<Record<string, string>>
}

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const redirectUri = 'https://app.example.com/callback'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** oidc-provider, everything in memory. Its nearest to JWT bearer is client credentials with `private_key_jwt`. */
export const oidcProvider: Target = {
  name: 'oidc-provider',
  title: `oidc-provider ${readVersion()}, in memory`,
  prepare,
}

async function prepare({ folder, core, nodeArguments }: Place): Promise<PreparedTarget> {
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const issuer = `http://${host}`
  const signer = makeSigner()
  const service = { client_id: 'service' }
  const web = { client_id: 'web', client_secret: uniqueId() }
  const settings: Settings = {
    port,
    issuer,
    clients: [
      {
        ...service,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        scope: 'api',
        jwks: { keys: [signer.publicKey.export({ format: 'jwk' })] },
      },
      {
        ...web,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant],
        response_types: ['code'],
        redirect_uris: [redirectUri],
        scope: 'openid offline_access api profile email',
      },
    ],
    webClientId: web.client_id,
    jwks: { keys: [{ ...makeSigningKey(), use: 'sig', alg: 'RS256', kid: '1' }] },
    cookieKey: uniqueId(),
    users: 16,
  }
  const settingsFile = join(folder, 'settings.json')
  writeFileSync(settingsFile, JSON.stringify(settings))
  const supplies: Readonly<Record<ScenarioName, (server: ServerProcess, count: number) => Promise<Supply>>> = {
    'jwt-bearer': async (_, count) => once(await times(count, clientCredentials)),
    'jwt-bearer-jti': async (_, count) => once(await times(count, clientCredentials)),
    'code-openid': async (server, count) => once(await exchanges(server, count, 'openid offline_access api')),
    code: async (server, count) => once(await exchanges(server, count, 'offline_access api')),
    refresh: async (server) => {
      const tokens = await make(server, { make: 'RefreshToken', count: 64, scope: 'offline_access api', fields: {} })
      return again(tokens.map((token) => post('/token', { grant_type: 'refresh_token', refresh_token: token, ...web })))
    },
    userinfo: async (server) => {
      const tokens = await make(server, {
        make: 'AccessToken',
        count: 64,
        scope: 'openid profile email offline_access api',
        fields: {},
      })
      return again(
        tokens.map((token) => writeRequest({ host, path: '/me', headers: { Authorization: `Bearer ${token}` } })),
      )
    },
    introspection: async (server) => {
      const tokens = await make(server, { make: 'AccessToken', count: 64, scope: 'offline_access api', fields: {} })
      return again(tokens.map((token) => post('/token/introspection', { token, ...web })))
    },
    revocation: async (server, count) => {
      const tokens = await make(server, { make: 'AccessToken', count, scope: 'offline_access api', fields: {} })
      return once(tokens.map((token) => post('/token/revocation', { token, ...web })))
    },
    'client-credentials': async () =>
      again([post('/token', { grant_type: 'client_credentials', scope: 'api', ...web })]),
    'saml-bearer': nothing,
    'saml-assertion': nothing,
    'saml-sign-in': nothing,
    'hybrid-refresh': nothing,
    push: async () => {
      const code_challenge = createHash('sha256').update('A'.repeat(43)).digest('base64url')
      const pkce = { code_challenge, code_challenge_method: 'S256' }
      const form = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid api', ...pkce }
      return again([post('/request', { ...form, ...web })])
    },
    dpop: async (server, count) => {
      const tokens = await make(server, { make: 'RefreshToken', count: 64, scope: 'offline_access api', fields: {} })
      const prove = makeProver(`${issuer}/token`)
      return once(
        await times(count, (number) => {
          const form = { grant_type: 'refresh_token', refresh_token: tokens[number % tokens.length] ?? '', ...web }
          return writeRequest({ host, path: '/token', headers: { DPoP: prove() }, form })
        }),
      )
    },
    headless: nothing,
    password: nothing,
    'code-jwt': nothing,
    'token-exchange': nothing,
    'asset-token': nothing,
    device: async () => again([post('/device/auth', { scope: 'offline_access api', ...web })]),
    record: nothing,
    query: nothing,
  }

  return { port, firstRequest: await clientCredentials(), start }

  async function start(): Promise<RunningTarget> {
    const program = join(import.meta.dirname, 'oidc-provider-server.js')
    const command = [process.execPath, ...nodeArguments, program, settingsFile]
    const server = await startServer({ command, core, folder, withChannel: true })
    return { process: server, supply: (scenario, count) => supplies[scenario](server, count) }
  }

  async function nothing(): Promise<never> {
    throw new Error('it has nothing of the kind')
  }

  async function clientCredentials(): Promise<Buffer> {
    const now = Math.floor(Date.now() / 1000)
    const { client_id: iss } = service
    const assertion = await signer.signClaims({
      iss,
      sub: iss,
      aud: issuer,
      iat: now,
      exp: now + 3600,
      jti: uniqueId(),
    })
    return post('/token', {
      grant_type: 'client_credentials',
      scope: 'api',
      client_assertion_type: assertionType,
      client_assertion: assertion,
    })
  }

  async function exchanges(server: ServerProcess, count: number, scope: string): Promise<readonly Buffer[]> {
    const verifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
    const fields = { redirectUri, codeChallenge, codeChallengeMethod: 'S256' }
    const codes = await make(server, { make: 'AuthorizationCode', count, scope, fields })
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri, code_verifier: verifier, ...web }
    return codes.map((code) => post('/token', { ...form, code }))
  }

  function post(path: string, form: Readonly<Record<string, string>>): Buffer {
    return writeRequest({ host, path, form })
  }
}

async function make(server: ServerProcess, wish: Wish): Promise<readonly string[]> {
  const made = await server.ask(wish)
  return Array.isArray(made) ? made.map(String) : []
}

function makeSigningKey(): JsonWebKey {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
}

function readVersion(): string {
  const file = new URL('../../node_modules/oidc-provider/package.json', import.meta.url)
  return readText(readFileSync(file, 'utf8'), 'version')
}
