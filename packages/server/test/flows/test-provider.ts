import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { AuthProvider } from '../../src/auth-providers/auth-provider.ts'
import { type NewAuthProvider, newAuthProvider } from '../../src/auth-providers/new-auth-provider.ts'
import { recordIds } from '../../src/record-id.ts'
import type { TestServer } from './test-server.ts'

/** What a provider answers: JSON, or whatever a test sets against it. */
export interface ProviderAnswer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}

/** A request that the provider got. */
export interface ProviderRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly form: Record<string, string>
}

/** An outside provider over HTTP that says what a test wants. */
export interface TestProvider {
  readonly base: string
  readonly requests: ProviderRequest[]
  /** What it answers from now on, by path; whoever it is asked about is `userinfo`. */
  readonly answers: Record<string, ProviderAnswer>
  /** An ID token of this provider, whose issuer is its base. */
  idToken(claims: Record<string, unknown>, header?: { readonly alg?: string; readonly kid?: string }): Promise<string>
  close(): Promise<void>
}

/** Starts a provider that vouches for `remote-1`. */
export async function startTestProvider(): Promise<TestProvider> {
  const requests: ProviderRequest[] = []
  const keys = await generateKeyPair('RS256')
  const answers: Record<string, ProviderAnswer> = {
    '/jwks': { body: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }] } },
    '/token': { body: { access_token: 'outside-token', token_type: 'Bearer' } },
    '/userinfo': { body: { sub: 'remote-1' } },
  }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => {
      const path = request.url ?? ''
      const { authorization } = request.headers
      requests.push({ path, authorization, form: Object.fromEntries(new URLSearchParams(text)) })
      const { status = 200, headers = {}, body } = answers[path] ?? { status: 404, body: {} }
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const base = `http://127.0.0.1:${port}`
  answers['/.well-known/openid-configuration'] = { body: { issuer: base, jwks_uri: `${base}/jwks` } }
  return {
    base,
    requests,
    answers,
    idToken: (claims, { alg = 'RS256', kid = 'key-1' } = {}) =>
      new SignJWT({ iss: base, ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(alg === 'HS256' ? Buffer.from('outside secret that is long enough') : keys.privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Adds a provider to the org of the test, or fails. */
export async function addProvider(
  { stores, seal, org, now }: TestServer,
  developerName: string,
  base: string,
  entered: Partial<NewAuthProvider> = {},
): Promise<AuthProvider> {
  const needs = { ...stores, seal, rules: { acceptsPlainProviders: true }, newId: recordIds(now), now }
  const outcome = await newAuthProvider(needs, org, {
    developerName,
    consumerKey: 'client-1',
    consumerSecret: 'outside secret',
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    userInfoUrl: `${base}/userinfo`,
    ...entered,
  })
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
  return outcome.value
}
