import type { Context } from 'hono'
import { type Reasons, refusal } from '../oauth/refusal.ts'
import type { TokenRequest } from '../oauth/token-request.ts'
import { type FormReading, readMultipart, readUrlencoded } from './form.ts'
import type { Env, Visit } from './visit.ts'

/** Most bytes of a body that a protocol request can need. */
export const largestBody = 65_536

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

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
  'refresh_token',
  'password',
  'token',
]

/** Reads a POST to the token endpoint or a neighbour: parameters of body and query string, and the Basic header. */
export async function readTokenRequest(visit: Visit, rules: ReadingRules): Promise<TokenRequest> {
  const { c } = visit
  if (c.req.method !== 'POST') throw refusal({ reason: 'method-not-post', facts: { found: c.req.method } })
  const parameters = await readForm(c)
  readQuery(c, rules, parameters)
  return { parameters, basic: readBasic(c.req.header('authorization')), ...visit }
}

/** Reads the parameters of a request that may be a GET with a query string or a POST with a form. */
export async function readParameters(visit: Visit): Promise<ReadonlyMap<string, string>> {
  const { c } = visit
  const parameters = c.req.method === 'POST' ? await readForm(c) : new Map<string, string>()
  return readQuery(c, { refusesCredentialsInQuery: false }, parameters)
}

/** Reads the form of one of our own pages. */
export async function readForm(c: Context<Env>): Promise<Map<string, string>> {
  const type = c.req.header('content-type') ?? ''
  // Media types are the same in capitals (RFC 9110 §8.3.1); what follows them, such as a boundary, is not.
  const mediaType = type.replace(/;.*/s, '').trim().toLowerCase()
  const body = await readBody(c)
  if (body.byteLength === 0) return new Map()
  if (mediaType === 'multipart/form-data') return accept(await readMultipart(body, type))
  if (mediaType !== '' && mediaType !== 'application/x-www-form-urlencoded') {
    throw refusal({ reason: 'body-not-form', facts: { found: type.slice(0, 128) } })
  }
  return accept(readUrlencoded(decode(body)))
}

function readQuery(c: Context<Env>, rules: ReadingRules, into: Map<string, string>): Map<string, string> {
  const { url } = c.req
  const mark = url.indexOf('?')
  if (mark < 0) return into
  const fragment = url.indexOf('#', mark)
  const query = url.slice(mark + 1, fragment < 0 ? undefined : fragment)
  if (rules.refusesCredentialsInQuery) {
    const alone = accept(readUrlencoded(query))
    const parameter = credentials.find((name) => alone.has(name))
    if (parameter !== undefined) throw refusal({ reason: 'credentials-in-query', facts: { parameter } })
  }
  return accept(readUrlencoded(query, into))
}

async function readBody(c: Context<Env>): Promise<ArrayBuffer> {
  const announced = c.req.header('content-length')
  if (announced !== undefined) {
    if (Number(announced) > largestBody) throw tooLarge()
    const body = await c.req.arrayBuffer()
    // A socket holds senders to what they announce; a program that holds the server inside may not.
    if (body.byteLength > largestBody) throw tooLarge()
    return body
  }
  const stream = c.req.raw.body
  if (stream === null) return new ArrayBuffer(0)
  const bytes = new Uint8Array(largestBody)
  let length = 0
  for await (const chunk of stream) {
    if (length + chunk.byteLength > largestBody) throw tooLarge()
    bytes.set(chunk, length)
    length += chunk.byteLength
  }
  return bytes.slice(0, length).buffer
}

function decode(body: ArrayBuffer): string {
  try {
    return strictUtf8.decode(body)
  } catch {
    // The decoder's words would add nothing.
    throw refusal({ reason: 'body-malformed', facts: { problem: 'it is not UTF-8' } })
  }
}

function accept(reading: FormReading): Map<string, string> {
  if (reading.ok) return reading.parameters
  const { problem, parameter } = reading
  if (problem === 'repeated') throw refusal({ reason: 'parameter-repeated', facts: { parameter } })
  const facts: Reasons['parameter-malformed'] = { parameter, problem: 'it is not percent-encoded UTF-8 text' }
  throw refusal({ reason: 'parameter-malformed', facts })
}

function tooLarge() {
  return refusal({ reason: 'body-too-large', facts: { limit: largestBody } })
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
