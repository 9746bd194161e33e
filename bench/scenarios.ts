import { type Answer, readHeader } from './http.ts'

/** What is measured under load: its row in the table, what an answer must be, and the bar over the peer. */
export interface Scenario {
  readonly name: ScenarioName
  readonly title: string
  /** Every answer must have these members in its JSON body, non-empty or true. */
  readonly members: readonly string[]
  /** 200, unless given; 302 goes back to the app with a code, 303 on with a session. */
  readonly status?: 200 | 201 | 302 | 303
  /** How many times the rate of the peer, or of the bare server, ours is to be; `undefined` where none was set. */
  readonly bar: { readonly timesPeer: number } | { readonly timesBare: number } | undefined
  /** Whether the peer has something of the kind. */
  readonly hasPeer: boolean
}

/** The rows in the order in which they are measured. */
export const scenarioNames = [
  'jwt-bearer',
  'jwt-bearer-jti',
  'saml-bearer',
  'saml-assertion',
  'saml-sign-in',
  'code-openid',
  'code',
  'code-jwt',
  'refresh',
  'hybrid-refresh',
  'userinfo',
  'introspection',
  'revocation',
  'client-credentials',
  'dpop',
  'push',
  'password',
  'headless',
  'token-exchange',
  'asset-token',
  'device',
  'record',
  'query',
] as const

/** One of the rows measured under load. */
export type ScenarioName = (typeof scenarioNames)[number]

const tokens = ['access_token', 'token_type']

/** A token for an assertion; also what a fresh process is asked for first. */
export const jwtBearer: Scenario = {
  name: 'jwt-bearer',
  title: 'JWT bearer',
  members: tokens,
  bar: { timesPeer: 2 },
  hasPeer: true,
}

/** Everything measured under load. */
export const scenarios: readonly Scenario[] = [
  jwtBearer,
  {
    name: 'jwt-bearer-jti',
    title: 'JWT bearer, `jti` remembered',
    members: tokens,
    bar: { timesPeer: 2 },
    hasPeer: true,
  },
  {
    name: 'saml-bearer',
    title: 'SAML bearer, `ID` remembered',
    members: tokens,
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'saml-assertion',
    title: 'SAML single sign-on, `ID` remembered',
    members: tokens,
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'saml-sign-in',
    title: 'sign-in with a SAML provider',
    members: [],
    status: 303,
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'code-openid',
    title: 'code exchange, `openid` (RS256)',
    members: [...tokens, 'refresh_token', 'id_token'],
    bar: { timesPeer: 1.4 },
    hasPeer: true,
  },
  { name: 'code', title: 'code exchange', members: [...tokens, 'refresh_token'], bar: { timesPeer: 3 }, hasPeer: true },
  {
    name: 'code-jwt',
    title: 'code exchange, JWT access token',
    members: [...tokens, 'refresh_token', 'token_format'],
    bar: undefined,
    hasPeer: false,
  },
  { name: 'refresh', title: 'refresh', members: tokens, bar: { timesPeer: 5 }, hasPeer: true },
  {
    name: 'hybrid-refresh',
    title: 'hybrid refresh, two sessions',
    members: [...tokens, 'parent_sid', 'visualforce_sid'],
    bar: undefined,
    hasPeer: false,
  },
  { name: 'userinfo', title: 'userinfo', members: ['sub', 'name', 'email'], bar: { timesPeer: 3 }, hasPeer: true },
  {
    name: 'introspection',
    title: 'introspection',
    members: ['active', 'scope', 'client_id'],
    bar: { timesPeer: 3 },
    hasPeer: true,
  },
  { name: 'revocation', title: 'revocation', members: [], bar: undefined, hasPeer: true },
  { name: 'client-credentials', title: 'client credentials', members: tokens, bar: undefined, hasPeer: true },
  { name: 'dpop', title: 'refresh, bound to a key (DPoP)', members: tokens, bar: undefined, hasPeer: true },
  {
    name: 'push',
    title: 'pushed request (PAR)',
    members: ['request_uri', 'expires_in'],
    status: 201,
    bar: undefined,
    hasPeer: true,
  },
  { name: 'password', title: 'username and password (argon2id)', members: tokens, bar: undefined, hasPeer: false },
  {
    name: 'headless',
    title: 'code for credentials (argon2id)',
    members: [],
    status: 302,
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'token-exchange',
    title: 'token exchange',
    members: tokens,
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'asset-token',
    title: 'asset token (RS256)',
    members: [...tokens, 'issued_token_type'],
    bar: undefined,
    hasPeer: false,
  },
  {
    name: 'device',
    title: 'codes for a device',
    members: ['device_code', 'user_code', 'verification_uri'],
    bar: undefined,
    hasPeer: true,
  },
  { name: 'record', title: 'record by id', members: ['Id', 'Name'], bar: { timesBare: 0.25 }, hasPeer: false },
  { name: 'query', title: 'query, 25 records', members: ['totalSize', 'records'], bar: undefined, hasPeer: false },
]

/** Complains about an answer that is not what the scenario is there to get. */
export function inspectAnswer(
  { members, status: wanted = 200 }: Pick<Scenario, 'members' | 'status'>,
  { status, head, body }: Answer,
): string | undefined {
  if (status !== wanted) return `${status} ${body.slice(0, 120)}`
  if (status === 303) {
    return readHeader(head, 'set-cookie') === undefined ? `sent on without a session: ${head.slice(0, 120)}` : undefined
  }
  if (status === 302) {
    const location = readHeader(head, 'location') ?? ''
    return /[?&]code=/.test(location) ? undefined : `sent back without a code: ${location.slice(0, 120)}`
  }
  if (members.length === 0) return undefined
  const json = readObject(body)
  const missing = members.find((member) => !json[member])
  return missing === undefined ? undefined : `an answer without ${missing}: ${body.slice(0, 120)}`
}

/** The members of a JSON object; none when the text is no JSON object. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of a JSON object that is text.
 *  @throws {Error} when it is not there */
export function readText(text: string, member: string): string {
  const value = readObject(text)[member]
  if (typeof value === 'string') return value
  throw new Error(`expected ${member} in: ${text.slice(0, 200)}`)
}
