import type { FlowName, StepName } from './flow-steps.ts'
import { type HttpRequest, readHttp, writeHttp } from './http-text.ts'

/** With what one walks. */
export interface Choices {
  readonly flow: FlowName
  readonly consumerKey: string
  readonly consumerSecret: string
  readonly callbackUrl: string
  /** Whom a JWT acts for; at the sign-in page the name that is already there. */
  readonly username: string
}

/** What the steps before have brought. Empty texts stand for what has not come yet. */
export interface Found {
  readonly state: string
  readonly code_verifier: string
  readonly code_challenge: string
  readonly code: string
  readonly assertion: string
  readonly access_token: string
  readonly refresh_token: string
  readonly instance_url: string
}

/** Nothing yet. */
export const nothingFound: Found = {
  state: '',
  code_verifier: '',
  code_challenge: '',
  code: '',
  assertion: '',
  access_token: '',
  refresh_token: '',
  instance_url: '',
}

/** The values that stand in a request, by the names under which a template has them between double braces. */
export type Values = Readonly<Record<ValueName, string>>

/** The name of such a value. */
export type ValueName = keyof Found | 'client_secret'

/** Those of them that open something, and are never in a link, a picture or a file unless one asks for them. */
export const secretNames = [
  'client_secret',
  'code',
  'code_verifier',
  'assertion',
  'access_token',
  'refresh_token',
] as const satisfies readonly ValueName[]

/** The grant type of the JWT bearer flow (RFC 7523 §2.1). */
export const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const versionPath = '/services/data/v67.0'
const form = ['Content-Type', 'application/x-www-form-urlencoded'] as const
const bearer = ['Authorization', 'Bearer {{access_token}}'] as const

/** The request of a step, with names between double braces for what the steps before bring, and for secrets. */
export function templateOf(step: StepName, choices: Choices, loginUrl: string): string {
  const { flow, consumerKey, callbackUrl, username } = choices
  const at = (path: string) => `${loginUrl}/services/oauth2/${path}`
  const post = (parameters: readonly (readonly [string, string])[]): HttpRequest => ({
    method: 'POST',
    url: at('token'),
    headers: [form],
    body: encoded(parameters),
  })
  const get = (url: string): HttpRequest => ({ method: 'GET', url, headers: [bearer], body: '' })
  switch (step) {
    case 'authorize': {
      const query = encoded([
        ['response_type', 'code'],
        ['client_id', consumerKey],
        ['redirect_uri', callbackUrl],
        ['scope', 'api openid refresh_token'],
        ['state', '{{state}}'],
        ['code_challenge', '{{code_challenge}}'],
        ['code_challenge_method', 'S256'],
        ...(username === '' ? [] : [['login_hint', username] as const]),
      ])
      return writeHttp({ method: 'GET', url: `${at('authorize')}?${query}`, headers: [], body: '' })
    }
    case 'assertion':
      return ''
    case 'token':
      return writeHttp(
        flow === 'jwt-bearer'
          ? post([
              ['grant_type', jwtBearerGrant],
              ['assertion', '{{assertion}}'],
            ])
          : post([
              ['grant_type', 'authorization_code'],
              ['code', '{{code}}'],
              ['redirect_uri', callbackUrl],
              ['code_verifier', '{{code_verifier}}'],
              ['client_id', consumerKey],
              ['client_secret', '{{client_secret}}'],
            ]),
      )
    case 'refresh':
      return writeHttp(
        post([
          ['grant_type', 'refresh_token'],
          ['refresh_token', '{{refresh_token}}'],
          ['client_id', consumerKey],
          ['client_secret', '{{client_secret}}'],
        ]),
      )
    case 'userinfo':
      return writeHttp(get(at('userinfo')))
    case 'api':
      return writeHttp(get(`{{instance_url}}${versionPath}/sobjects/Account/listviews`))
  }
}

/** Which of the values a step needs have not come yet. */
export function missingIn(template: string, values: Values): readonly string[] {
  return [...template.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, name = '']) =>
    isValueName(name, values) && values[name] === '' ? [name] : [],
  )
}

/** Puts the values into a template: encoded in URL and body, as they are in headers. What has not come stays a name. */
export function filled(template: string, values: Values): string {
  const headEnd = /\n[ \t]*\n/.exec(template)?.index ?? template.length
  return template.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string, at: number) => {
    if (!isValueName(name, values) || values[name] === '') return whole
    const line = template.slice(template.lastIndexOf('\n', at) + 1, at)
    const isRaw = name === 'instance_url' || (at < headEnd && /^[^\s?&]+:\s/.test(line))
    return isRaw ? values[name] : encodeURIComponent(values[name])
  })
}

/** Takes the values out of a text again, wherever they stand. Short ones stay: they could be anything. */
export function withoutValues(text: string, values: Values): string {
  const known = Object.entries(values)
    .filter(([, value]) => value.length >= 8)
    .sort(([, one], [, other]) => other.length - one.length)
  let template = text
  for (const [name, value] of known) {
    for (const written of new Set([value, encodeURIComponent(value)]))
      template = template.replaceAll(written, `{{${name}}}`)
  }
  return template
}

/** Takes out of a text whatever stands where a secret belongs, whoever made it up. */
export function withoutSecrets(text: string, values: Values): string {
  const fields = [...secretNames, 'client_assertion', 'password', 'token', 'id_token'].join('|')
  return withoutValues(text, values)
    .replaceAll(
      new RegExp(`((?:^|[?&\\s])(${fields})\\s*=)(?!\\{\\{)[^&\\n]*(?:\\n(?!&|\\n)[^&\\n]*)*`, 'gi'),
      '$1{{$2}}',
    )
    .replaceAll(
      /^(\s*(?:proxy-)?authorization\s*:)(?!\s*Bearer \{\{access_token\}\}\s*$).*$/gim,
      '$1 Bearer {{access_token}}',
    )
}

/** The request of a step as it would be sent now; `undefined` when what was made of it cannot be sent. */
export function requestOf(template: string, values: Values, loginUrl: string): HttpRequest | undefined {
  const reading = readHttp(filled(template, values), loginUrl)
  return reading.ok ? reading.request : undefined
}

/** The claims that a JWT of these choices has, as JSON to be changed. */
export function claimsOf({ consumerKey, username }: Choices, audience: string, now: Date): string {
  const exp = Math.floor(now.getTime() / 1000) + 180
  return JSON.stringify({ iss: consumerKey, sub: username, aud: audience, exp }, undefined, 2)
}

function isValueName(name: string, values: Values): name is ValueName {
  return Object.hasOwn(values, name)
}

/** A form's encoding that leaves the names between braces as they are. */
function encoded(parameters: readonly (readonly [string, string])[]): string {
  return parameters
    .map(
      ([name, value]) =>
        `${name}=${/^\{\{\w+\}\}$/.test(value) ? value : encodeURIComponent(value).replaceAll('%20', '+')}`,
    )
    .join('&')
}
