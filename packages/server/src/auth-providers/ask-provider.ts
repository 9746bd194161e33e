import { z } from 'zod'
import type { VerifyJwt } from '../handlers/verify-jwt.ts'
import type { Seal } from '../seal.ts'
import { type FetchDocument, fetchSmall } from '../small-fetch.ts'
import { type AuthProvider, providerSecretPurpose } from './auth-provider.ts'
import { challengeOf, type Journey } from './journey.ts'
import { type ProviderRules, providerUrlProblem } from './provider-url.ts'
import { type RemotePerson, readPerson } from './remote-person.ts'

/** Who came back from a provider, or where its word cannot be used and why. */
export type ProviderAnswer =
  | { readonly ok: true; readonly person: RemotePerson }
  | { readonly ok: false; readonly step: 'token' | 'id_token' | 'userinfo'; readonly problem: string }

/** What somebody came back with. */
export interface CodeFromProvider {
  readonly code: string
  readonly journey: Journey
  readonly redirectUri: string
}

/** Asks a provider who somebody is, with the code that they came back with. */
export type AskProvider = (provider: AuthProvider, brought: CodeFromProvider) => Promise<ProviderAnswer>

interface Needs {
  readonly seal: Pick<Seal, 'open'>
  readonly verifyJwt: VerifyJwt
  readonly rules: ProviderRules
  readonly fetchDocument?: FetchDocument
}

// Milliseconds, for each of the two requests.
const patience = 5000
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
const tokenAnswer = z.lazy(() =>
  z.object({
    access_token: z.string().min(1).max(65_536),
    token_type: z
      .string()
      .regex(/^bearer$/i)
      .optional(),
    id_token: z.string().optional(),
  }),
)

/** Where somebody goes to be signed in. */
export function authorizeAddress(
  provider: AuthProvider,
  journey: Journey,
  {
    state,
    redirectUri,
    hints,
  }: { readonly state: string; readonly redirectUri: string; readonly hints: Readonly<Record<string, string>> },
): string {
  const url = new URL(provider.authorizeUrl)
  const asked = {
    ...hints,
    response_type: 'code',
    client_id: provider.consumerKey,
    redirect_uri: redirectUri,
    scope: provider.defaultScopes,
    state,
    nonce: journey.nonce,
    ...(provider.isPkceEnabled ? { code_challenge: challengeOf(journey), code_challenge_method: 'S256' } : {}),
  }
  // What the admin put into the address stays, but nothing there speaks for us.
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  return url.href
}

/**
 * The two questions to a provider: its token endpoint for the code, and userinfo where it has that. An ID token is verified by
 * the keys that its issuer publishes, and userinfo must be about the same person (OpenID Connect Core §3.1.3.7, §5.3.2).
 */
export function providerClient({ seal, verifyJwt, rules, fetchDocument = fetch }: Needs): AskProvider {
  return async (provider, brought) => {
    const token = await exchange(provider, brought)
    if (!token.ok) return { ...token, step: 'token' }
    const said = await idTokenClaims(provider, token.value.id_token, brought.journey)
    if (!said.ok) return { ...said, step: 'id_token' }
    const info = await userInfo(provider, token.value.access_token)
    if (!info.ok) return { ...info, step: 'userinfo' }
    // Somebody else's words would be believed as this person's.
    if (said.value !== undefined && info.value !== undefined && said.value['sub'] !== info.value['sub']) {
      return { ok: false, step: 'userinfo', problem: 'its sub is not the one of the ID token' }
    }
    const person = readPerson({ ...said.value, ...info.value })
    if (person === undefined) return { ok: false, step: 'userinfo', problem: 'it has no sub that is a text' }
    return { ok: true, person }
  }

  async function exchange(provider: AuthProvider, { code, journey, redirectUri }: CodeFromProvider) {
    const { consumerKey, sealedSecret, sendClientCredentialsInHeader, isPkceEnabled } = provider
    const secret = sealedSecret === undefined ? undefined : seal.open(sealedSecret, providerSecretPurpose)
    const inHeader = sendClientCredentialsInHeader && secret !== undefined
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...(inHeader ? {} : { client_id: consumerKey }),
      ...(inHeader || secret === undefined ? {} : { client_secret: secret }),
      ...(isPkceEnabled ? { code_verifier: journey.verifier } : {}),
    })
    const basic = inHeader ? { authorization: `Basic ${basicOf(consumerKey, secret)}` } : undefined
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic }
    const answer = await ask(provider.tokenUrl, { method: 'POST', headers, body: body.toString() })
    if (!answer.ok) return answer
    const read = tokenAnswer.safeParse(answer.value)
    return read.success ? { ok: true as const, value: read.data } : failed('its answer has no bearer access_token')
  }

  async function idTokenClaims(
    { idTokenIssuer, consumerKey }: AuthProvider,
    idToken: string | undefined,
    { nonce }: Journey,
  ): Promise<Found<Claims | undefined>> {
    if (idTokenIssuer === undefined) return { ok: true, value: undefined }
    if (idToken === undefined) return failed('the token endpoint sent none')
    const verified = await verifyJwt(idToken, {
      issuer: idTokenIssuer,
      audience: consumerKey,
      algorithms,
      requiredClaims: ['iat'],
    })
    if (!verified.isValid) return failed(verified.problem)
    const { claims } = verified
    if (claims['nonce'] !== nonce) return failed('its nonce is not the one that was sent')
    const hasOthers = Array.isArray(claims['aud']) && claims['aud'].length > 1
    if ((hasOthers || claims['azp'] !== undefined) && claims['azp'] !== consumerKey) {
      return failed('it was made for another client (azp)')
    }
    return { ok: true, value: claims }
  }

  async function userInfo({ userInfoUrl }: AuthProvider, accessToken: string): Promise<Found<Claims | undefined>> {
    if (userInfoUrl === undefined) return { ok: true, value: undefined }
    return ask(userInfoUrl, { headers: { authorization: `Bearer ${accessToken}` } })
  }

  async function ask(url: string, init: Omit<RequestInit, 'redirect' | 'signal'>): Promise<Found<Claims>> {
    // Looked at again: a server that was made stricter since holds providers from before.
    if (providerUrlProblem(url, rules) !== undefined) return failed('its address is none that this server asks')
    try {
      const headers = { accept: 'application/json', ...init.headers }
      const signal = AbortSignal.timeout(patience)
      const response = await fetchSmall(fetchDocument, url, { ...init, headers, signal })
      const said = claimsShape.safeParse(await response.json().catch(() => undefined))
      if (!response.ok) return failed(`it answered ${response.status}${said.success ? errorIn(said.data) : ''}`)
      return said.success ? { ok: true, value: said.data } : failed('its answer is no JSON object')
    } catch (error) {
      return failed(`it could not be asked${reasonOf(error)}`)
    }
  }
}

type Claims = Readonly<Record<string, unknown>>
type Found<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string }

const claimsShape = z.record(z.string(), z.unknown())

function failed(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem }
}

/** Both halves are encoded as in a form first (RFC 6749 §2.3.1). */
function basicOf(id: string, secret: string): string {
  const encoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')
}

/** The code of an error answer, if it is one of the few characters that codes have (RFC 6749 §5.2). */
function errorIn({ error }: Claims): string {
  return typeof error === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(error) ? ` ${error}` : ''
}

/** Why nothing came, as far as the platform says it with a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.name === 'TimeoutError') return ` within ${patience / 1000} seconds`
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? ` (${code})` : ''
}
