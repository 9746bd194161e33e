import type { Exchange, SeenAnswer, SeenRequest } from './exchange.ts'

/** Makes a text safe to show: what was seen to be secret, and what looks like a token, is not in it any more. */
export type Mask = (text: string) => string

const secretFields: ReadonlySet<string> = new Set([
  'access_token',
  'actor_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'csrf_token',
  'device_code',
  'id_token',
  'id_token_hint',
  'lightning_sid',
  'oauth_token',
  'password',
  'pw',
  'refresh_token',
  'sid',
  'signature',
  'source',
  'subject_token',
  'token',
  'user_code',
])

const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'sforce-session-id',
  'x-sfdc-session',
])

const shortestSecret = 4
const shown = '•••'

/** A mask that knows every secret of some exchanges. */
export function maskFor(exchanges: readonly Exchange[]): Mask {
  const secrets = new Set<string>()
  for (const { request, answer } of exchanges) {
    for (const secret of [...secretsOfRequest(request), ...secretsOfAnswer(answer)]) {
      if (secret.length >= shortestSecret) secrets.add(secret)
    }
  }
  // The longest first: a secret may have another in it.
  const known = [...secrets].sort((one, other) => other.length - one.length)
  return (text) => withoutTokens(known.reduce((masked, secret) => masked.replaceAll(secret, shown), text))
}

function secretsOfRequest(request: SeenRequest | undefined): readonly string[] {
  if (request === undefined) return []
  return [
    ...[...request.fields, ...request.unread].flatMap(({ name, value }) =>
      secretFields.has(name.toLowerCase()) ? [value, ...value.split('.')] : [],
    ),
    ...secretsOfHeaders(request.headers),
    ...(request.url?.password ? [request.url.password, decoded(request.url.password)] : []),
  ]
}

function secretsOfAnswer(answer: SeenAnswer | undefined): readonly string[] {
  if (answer === undefined) return []
  const members = [...answer.members].flatMap(([name, value]) =>
    typeof value === 'string' && secretFields.has(name.toLowerCase()) ? [value] : [],
  )
  return [...members, ...secretsOfHeaders(answer.headers)]
}

function secretsOfHeaders(headers: ReadonlyMap<string, string>): readonly string[] {
  return [...headers].flatMap(([name, value]) => {
    if (!secretHeaders.has(name)) return []
    const words = value.split(/[\s;,=]+/)
    const basic = /^basic\s+(\S+)$/i.exec(value.trim())?.[1]
    const pair = basic === undefined ? [] : [...Buffer.from(basic, 'base64').toString('utf8').split(':').slice(1)]
    return [value, ...words, ...pair, ...pair.map(decoded)]
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Takes out of a text what has the form of a token, a key or a code, wherever it came from. */
export function withoutTokens(text: string): string {
  return text
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, shown)
    .replaceAll(/\beyJ[\w-]{6,}(?:\.[\w-]*)*/g, shown)
    .replaceAll(/\b00D\w{9,15}![\w.]*/g, shown)
    .replaceAll(/\b(?:5Aep|aPrx)[\w.=%-]+/g, shown)
    .replaceAll(/[A-Za-z0-9+/_=-]{40,}/g, (run) => (/^[a-z_]+$/.test(run) ? run : shown))
}
