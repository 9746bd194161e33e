import { membersOf, readJson } from '../encoding.ts'
import { type FormField, readFields } from './form-fields.ts'

/** A request as far as somebody has written it down. */
export interface SeenRequest {
  readonly method: string
  readonly url: URL | undefined
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>
  /** What kind of body it has, by its type and by what it looks like. */
  readonly bodyKind: 'none' | 'form' | 'multipart' | 'json' | 'other'
  /** Of the query string and of the body, in this order, decoded once. */
  readonly fields: readonly FormField[]
  /** What stands in a body of JSON, where no endpoint of OAuth looks for it. */
  readonly unread: readonly FormField[]
}

/** An answer as far as somebody has written it down. */
export interface SeenAnswer {
  readonly status: number | undefined
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>
  /** The wire's `error`, the REST API's `errorCode`, or the one word of the identity services. */
  readonly error: string | undefined
  /** The wire's `error_description`, or the REST API's `message`. */
  readonly description: string | undefined
  /** What was granted: the names of the members of the answer. */
  readonly members: ReadonlyMap<string, unknown>
  /** What a page says to people, of those that are known. */
  readonly page:
    | 'sign-in-refused'
    | 'verification-refused'
    | 'verification-locked'
    | 'form-expired'
    | 'form-refused'
    | 'insufficient-privileges'
    | 'user-code-refused'
    | undefined
}

/** A request and its answer; one of them may not be known. */
export interface Exchange {
  /** Where it stands in what was read, for people. */
  readonly where: string
  /** When it was sent, if that is written down. */
  readonly at: Date | undefined
  readonly request: SeenRequest | undefined
  readonly answer: SeenAnswer | undefined
}

/** A request out of its parts. */
export function seenRequest(parts: {
  readonly method: string
  readonly url: string
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body?: string | undefined
  /** The fields of a body that was written down by field. */
  readonly bodyFields?: readonly FormField[] | undefined
}): SeenRequest {
  const headers = headersOf(parts.headers)
  const url = URL.canParse(parts.url) ? new URL(parts.url) : undefined
  const type = (headers.get('content-type') ?? '').toLowerCase()
  const body = parts.body ?? ''
  const bodyKind = kindOf(type, body, parts.bodyFields)
  const ofBody = parts.bodyFields ?? (bodyKind === 'form' ? readFields(body) : [])
  const query = url?.search.slice(1) ?? ''
  return {
    method: parts.method.toUpperCase(),
    url,
    headers,
    bodyKind,
    fields: [...readFields(query), ...ofBody],
    unread: bodyKind === 'json' ? fieldsOfJson(body) : [],
  }
}

function fieldsOfJson(body: string): readonly FormField[] {
  return [...(membersOf(readJson(body)) ?? [])].flatMap(([name, value]) =>
    typeof value === 'string' ? [{ name, value, isMalformed: false }] : [],
  )
}

function kindOf(type: string, body: string, fields: readonly FormField[] | undefined): SeenRequest['bodyKind'] {
  if (type.startsWith('multipart/form-data')) return 'multipart'
  if (body === '' && (fields === undefined || fields.length === 0)) return 'none'
  if (type.includes('json')) return 'json'
  if (type === '' || type.startsWith('application/x-www-form-urlencoded')) return 'form'
  return 'other'
}

/** An answer out of its parts. */
export function seenAnswer(parts: {
  readonly status: number | undefined
  readonly headers: Iterable<readonly [name: string, value: string]>
  readonly body: string
}): SeenAnswer {
  const headers = headersOf(parts.headers)
  const told = readAnswerBody(parts.body)
  const sent = readSentBack(headers.get('location') ?? '')
  const challenge = headers.get('www-authenticate') ?? ''
  const challenged = /\berror="([\w.-]{1,64})"/.exec(challenge)?.[1]
  return {
    status: parts.status,
    headers,
    error: told.error ?? sent?.error ?? challenged,
    description: told.description ?? sent?.description ?? /\berror_description="([^"]{1,200})"/.exec(challenge)?.[1],
    members: told.members,
    page: told.page,
  }
}

/** An answer of which nothing is known but its words. */
export function answerInWords(error: string, description: string | undefined, status?: number): SeenAnswer {
  return { status, headers: new Map(), error, description, members: new Map(), page: undefined }
}

/** The error that a browser was sent back with, in the query string or behind the #. */
export function readSentBack(
  url: string,
): { readonly error: string; readonly description: string | undefined } | undefined {
  const fields = readFields(url.slice(url.search(/[?#]/) + 1).replaceAll(/[?#]/g, '&'))
  const given = (name: string) => fields.find((field) => field.name === name)?.value
  const error = given('error')
  return error === undefined || !isErrorWord(error) ? undefined : { error, description: given('error_description') }
}

interface Told {
  readonly error: string | undefined
  readonly description: string | undefined
  readonly members: ReadonlyMap<string, unknown>
  readonly page: SeenAnswer['page']
}

const identityWords =
  /^(?:HTTPS_Required|Missing_OAuth_Token|Bad_OAuth_Token|Wrong_Org|Bad_Id|Inactive|No_Access|No_Site_Endpoint|Invalid_Version|Invalid_Callback)$/

/** What a body says: JSON of an OAuth endpoint or of the REST API, a form, XML, one word, or a page. */
export function readAnswerBody(body: string): Told {
  const text = body.trim()
  const nothing: Told = { error: undefined, description: undefined, members: new Map(), page: undefined }
  if (text === '') return nothing
  if (identityWords.test(text)) return { ...nothing, error: text }
  const json = /^[{[]/.test(text) ? readJson(text) : undefined
  if (json !== undefined) return readJsonAnswer(json) ?? nothing
  if (/^error=/.test(text)) return { ...nothing, ...readSentBack(`?${text}`) }
  const tagged = (name: string) => new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1]
  const error = tagged('error') ?? tagged('errorCode') ?? tagged('faultcode')?.replace(/^\w+:/, '')
  if (error !== undefined && isErrorWord(error)) {
    return { ...nothing, error, description: tagged('error_description') ?? tagged('message') ?? tagged('faultstring') }
  }
  return { ...nothing, ...readPage(text) }
}

/** The words of a JSON answer; `undefined` for JSON that is something else. */
export function readJsonAnswer(json: unknown): Told | undefined {
  // The REST API answers a list that holds one error.
  const members = membersOf(Array.isArray(json) ? json[0] : json)
  if (members === undefined) return undefined
  const textOf = (...names: readonly string[]) =>
    names.map((name) => members.get(name)).find((value) => typeof value === 'string')
  const error = textOf('error', 'errorCode')
  const description = textOf('error_description', 'message')
  if (error !== undefined && isErrorWord(error)) return { error, description, members, page: undefined }
  return members.has('access_token')
    ? { error: undefined, description: undefined, members, page: undefined }
    : undefined
}

function readPage(html: string): Partial<Told> {
  if (!/<html|<!doctype html/i.test(html.slice(0, 500))) return {}
  const [, error, description] =
    /<dt>Error<\/dt>\s*<dd>\s*<code>([\w.-]{1,64})<\/code>\s*<\/dd>\s*<dt>Description<\/dt>\s*<dd>\s*<code>([^<]{0,300})<\/code>/.exec(
      html,
    ) ?? []
  if (error !== undefined) return { error, description: withoutEntities(description ?? '') }
  if (/You could not be signed in|check your username and password/i.test(html)) return { page: 'sign-in-refused' }
  if (/<title>Error: (?:Verify your identity|Connect an authenticator app)/.test(html))
    return { page: /There were too many wrong codes/.test(html) ? 'verification-locked' : 'verification-refused' }
  if (/<h1>This form was refused<\/h1>[\s\S]{0,2000}<dt>Found<\/dt>\s*<dd>a field /.test(html))
    return { page: 'form-refused' }
  if (/<h1>Insufficient Privileges<\/h1>/.test(html)) return { page: 'insufficient-privileges' }
  if (/This form has expired|This page had been open for too long/.test(html)) return { page: 'form-expired' }
  if (/<p [^>]*id="user-code-error"/.test(html)) return { page: 'user-code-refused' }
  return {}
}

function withoutEntities(text: string): string {
  return text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Whether a text has the form of an error code: a word, as all of them are. */
export function isErrorWord(text: string): boolean {
  return /^[A-Za-z][\w.-]{1,63}$/.test(text)
}

function headersOf(pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  return new Map(Array.from(pairs, ([name, value]) => [name.toLowerCase(), value] as const))
}
