import { decodeJwt } from '../jwt.ts'
import type { Exchange, SeenAnswer, SeenRequest } from './exchange.ts'
import { readSaml, type SentSaml } from './saml-sight.ts'

/** The endpoints that an exchange may be with. */
export type Endpoint =
  | 'authorize'
  | 'consent'
  | 'sign-in'
  | 'par'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'userinfo'
  | 'identity'
  | 'api'
  | 'soap'
  | 'elsewhere'

/** An assertion that was sent, taken apart. */
export interface SentAssertion {
  readonly isWellFormed: boolean
  readonly algorithm: string | undefined
  readonly hasCritical: boolean
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly audiences: readonly string[]
  /** Whether it has a `jti`. */
  readonly isNumbered: boolean
  /** Seconds since 1970. */
  readonly expiry: number | undefined
  /** The later one of `nbf` and `iat`. */
  readonly start: number | undefined
}

/** An exchange, looked at: everything that rules ask of it. */
export interface Sight {
  readonly exchange: Exchange
  readonly request: SeenRequest | undefined
  readonly answer: SeenAnswer | undefined
  readonly endpoint: Endpoint | undefined
  readonly host: string | undefined
  /** The `grant_type` as it was sent. */
  readonly grant: string | undefined
  /** When it was sent; now, unless that is written down. */
  readonly at: Date
  /** What was seen besides it, in the order in which it happened. */
  readonly before: readonly Sight[]
  /** The value of a parameter; `undefined` when it was not sent, or nobody knows. */
  value(name: string): string | undefined
  /** Whether a parameter was sent: nobody knows where the request was not written down. */
  has(name: string): boolean | undefined
  /** The `assertion`, or the `client_assertion`, as a JWT. */
  readonly assertion: SentAssertion | undefined
  /** The `assertion` of a flow by SAML. */
  readonly saml: SentSaml | undefined
  /** The access tokens in the request. */
  readonly accessTokens: readonly string[]
}

/** Looks at an exchange. */
export function sightOf(exchange: Exchange, now: Date, before: readonly Sight[] = []): Sight {
  const { request, answer } = exchange
  const value = (name: string) => known(request?.fields.find((field) => field.name === name)?.value)
  const grant = value('grant_type')
  const isSaml = isSamlGrant(grant)
  const sent = isSaml ? undefined : (value('assertion') ?? value('client_assertion'))
  const saml = isSaml ? value('assertion') : undefined
  const dated = Date.parse(answer?.headers.get('date') ?? '')
  const endpoint = request === undefined ? undefined : endpointOf(request)
  return {
    exchange,
    request,
    answer,
    endpoint,
    host: request?.url?.host,
    grant,
    at: exchange.at ?? (Number.isNaN(dated) ? now : new Date(dated)),
    before,
    value,
    has: (name) =>
      request === undefined ? undefined : request.fields.some((field) => field.name === name && field.value !== ''),
    assertion: sent === undefined ? undefined : readAssertion(sent),
    saml: saml === undefined ? undefined : readSaml(saml),
    accessTokens: request === undefined ? [] : accessTokensOf(request, endpoint),
  }
}

/** Whether a grant is one in which the `assertion` is one of SAML. */
export function isSamlGrant(grant: string | undefined): boolean {
  return grant === 'assertion' || grant?.endsWith(':saml2-bearer') === true
}

/** A value that a shell would have put in when the command ran is nobody's to know. */
function known(value: string | undefined): string | undefined {
  return value === undefined || value === '' || /\$[\w({]|\{\{|^<.*>$/.test(value) ? undefined : value
}

function endpointOf({ url, method, fields }: SeenRequest): Endpoint {
  const path = url?.pathname ?? ''
  const named = /\/services\/oauth2\/(authorize|par|token|revoke|introspect|userinfo)\/?$/.exec(path)?.[1]
  switch (named) {
    case 'authorize':
    case 'par':
    case 'token':
    case 'revoke':
    case 'introspect':
    case 'userinfo':
      return named
  }
  if (/\/RemoteAccessErrorPage\.apexp$/.test(path)) return 'authorize'
  if (/\/RemoteAccessAuthorizationPage\.apexp$/.test(path)) return 'consent'
  if (/\/id\/\w+\/\w+\/?$/.test(path)) return 'identity'
  if (/^\/*services\/data\b/.test(path)) return 'api'
  if (/^\/*services\/Soap\b/.test(path)) return 'soap'
  if (/\/idp\/(?:endpoint\/|login\b)|\/services\/auth\/idp\/saml2\//.test(path)) return 'sign-in'
  if (/\/services\/auth(?:callback|\/(?:sso|link|test))\/[^/]/.test(path)) return 'sign-in'
  if (method === 'POST' && fields.some(({ name }) => name === 'pw')) return 'sign-in'
  return 'elsewhere'
}

const leastMilliseconds = 1e11

/** Takes an assertion apart. What is none says so. */
function readAssertion(text: string): SentAssertion {
  const none = {
    isWellFormed: false,
    algorithm: undefined,
    hasCritical: false,
    issuer: undefined,
    subject: undefined,
    audiences: [],
    isNumbered: false,
    expiry: undefined,
    start: undefined,
  }
  // As tolerant as those who receive it: some encoders write padding.
  const jwt = decodeJwt(text.replaceAll('=', ''))
  const longest = 16_384
  if (jwt === undefined || text.length > longest) return none
  const { header, claims } = jwt
  const [iss, sub, prn, aud, exp, nbf, iat] = ['iss', 'sub', 'prn', 'aud', 'exp', 'nbf', 'iat'].map((name) =>
    claims.get(name),
  )
  const times = [exp, nbf, iat].map(timeOf)
  const isText = (value: unknown) => value === undefined || typeof value === 'string'
  const audiences: readonly unknown[] = aud === undefined ? [] : Array.isArray(aud) ? aud : [aud]
  const isWellFormed =
    typeof header.get('alg') === 'string' &&
    [iss, sub, prn].every(isText) &&
    audiences.every((one) => typeof one === 'string') &&
    times.every((time) => time !== 'none')
  const [expiry, ...starts] = times.map((time) => (typeof time === 'number' ? time : undefined))
  const begun = starts.filter((time) => time !== undefined)
  return {
    isWellFormed,
    algorithm: wordOf(header.get('alg')),
    hasCritical: header.has('crit'),
    issuer: wordOf(iss),
    subject: wordOf(prn ?? sub),
    audiences: audiences.flatMap((one) => wordOf(one) ?? []),
    isNumbered: claims.has('jti'),
    expiry,
    // Who writes milliseconds says nothing of the future by them.
    start:
      begun.length === 0
        ? undefined
        : Math.max(...begun.map((time) => (time > leastMilliseconds ? time / 1000 : time))),
  }
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function timeOf(value: unknown): number | undefined | 'none' {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : 'none'
}

/** The REST API looks into the header alone. */
function accessTokensOf({ headers, fields }: SeenRequest, endpoint: Endpoint | undefined): readonly string[] {
  const header = /^(?:Bearer|OAuth|DPoP) +([^\s,="]+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const inFields = (endpoint === 'api' ? [] : fields).flatMap(({ name, value }) =>
    name === 'access_token' || name === 'oauth_token' ? [value] : [],
  )
  return [...new Set([...(header === undefined ? [] : [header]), ...inFields])]
}
