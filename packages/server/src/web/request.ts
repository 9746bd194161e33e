import { isUtf8 } from 'node:buffer'
import { type Reasons, refusal } from '../oauth/refusal.ts'
import type { TokenRequest } from '../oauth/token-request.ts'
import { type FormReading, readMultipart, readUrlencoded } from './form.ts'
import type { Incoming } from './incoming.ts'
import { shownProof } from './possession.ts'
import type { Visit } from './visit.ts'

/** Most bytes of a body that a protocol request can need. */
export const largestBody = 65_536

/** How requests are read. */
export interface ReadingRules {
  readonly refusesCredentialsInQuery: boolean
}

// What must not stand in a URL, because URLs are logged by everything they pass.
const credentials = [
  'client_secret',
  'assertion',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
  'refresh_token',
  'password',
  'token',
]

/** Reads a POST to the token endpoint or a neighbour: parameters of body and query string, and the Basic header. */
export async function readTokenRequest(visit: Visit, rules: ReadingRules): Promise<TokenRequest> {
  const { request, site, sourceIp, userAgent } = visit
  if (request.method !== 'POST') throw refusal({ reason: 'method-not-post', facts: { found: request.method } })
  const parameters = await readForm(request)
  readQuery(request, rules, parameters)
  return {
    parameters,
    basic: readBasic(request.header('authorization')),
    proof: shownProof(visit),
    site,
    sourceIp,
    userAgent,
  }
}

/** Reads the parameters of a request that may be a GET with a query string or a POST with a form. */
export async function readParameters({ request }: Visit): Promise<ReadonlyMap<string, string>> {
  const parameters = request.method === 'POST' ? await readForm(request) : new Map<string, string>()
  return readQuery(request, { refusesCredentialsInQuery: false }, parameters)
}

/** Reads the form of one of our own pages. */
export async function readForm(request: Incoming): Promise<Map<string, string>> {
  const type = request.header('content-type') ?? ''
  // Media types are the same in capitals (RFC 9110 §8.3.1); what follows them, such as a boundary, is not.
  const mediaType = type.replace(/;.*/s, '').trim().toLowerCase()
  const body = await readBody(request)
  if (body.length === 0) return new Map()
  if (mediaType === 'multipart/form-data') return accept(await readMultipart(body, type))
  if (mediaType !== '' && mediaType !== 'application/x-www-form-urlencoded') {
    throw refusal({ reason: 'body-not-form', facts: { found: type.slice(0, 128) } })
  }
  return accept(readUrlencoded(decode(body)))
}

function readQuery({ query }: Incoming, rules: ReadingRules, into: Map<string, string>): Map<string, string> {
  if (query === '') return into
  if (rules.refusesCredentialsInQuery) {
    const alone = accept(readUrlencoded(query))
    const parameter = credentials.find((name) => alone.has(name))
    if (parameter !== undefined) throw refusal({ reason: 'credentials-in-query', facts: { parameter } })
  }
  return accept(readUrlencoded(query, into))
}

async function readBody(request: Incoming): Promise<Buffer> {
  const body = await request.body(largestBody)
  if (body === 'too-large') throw refusal({ reason: 'body-too-large', facts: { limit: largestBody } })
  if (body === 'cut-off') throw refusal({ reason: 'body-malformed', facts: { problem: 'it is not all there' } })
  return body
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw refusal({ reason: 'body-malformed', facts: { problem: 'it is not UTF-8' } })
  return body.toString('utf8')
}

function accept(reading: FormReading): Map<string, string> {
  if (reading.ok) return reading.parameters
  const { problem, parameter } = reading
  if (problem === 'repeated') throw refusal({ reason: 'parameter-repeated', facts: { parameter } })
  const facts: Reasons['parameter-malformed'] = { parameter, problem: 'it is not percent-encoded UTF-8 text' }
  throw refusal({ reason: 'parameter-malformed', facts })
}

/**
 * Reads Basic credentials, which are form-encoded before they are base64 (RFC 6749 §2.3.1); many clients send them raw,
 * and what is no form-encoding is taken so. Other schemes are left alone: some clients send an OAuth 1.0 header along.
 */
export function readBasic(header: string | undefined): TokenRequest['basic'] {
  if (header === undefined || !/^basic /i.test(header)) return undefined
  const encoded = header.slice(6).trim()
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(encoded)) return 'malformed'
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) return 'malformed'
  return { clientId: formDecoded(text.slice(0, colon)), clientSecret: formDecoded(text.slice(colon + 1)) }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // A lone percent sign: sent raw.
    return text
  }
}
