import { readJson } from '../encoding.ts'
import { readCurl } from './curl.ts'
import {
  answerInWords,
  type Exchange,
  isErrorWord,
  readJsonAnswer,
  readSentBack,
  type SeenAnswer,
  type SeenRequest,
  seenAnswer,
  seenRequest,
} from './exchange.ts'

const mostLines = 500_000
const mostExchanges = 500
const longestLine = 100_000
// Lines that one command or one message of HTTP may take, and the JSON of one answer.
const longestBlock = 400
const longestJson = 60

/**
 * Finds exchanges in a text for people: commands of curl with what they printed, messages of HTTP, answers as JSON, URLs
 * that a browser was sent to, and the words that clients print. What has nothing to do with OAuth is passed over.
 */
export function readLog(text: string): {
  readonly exchanges: readonly Exchange[]
  readonly notUnderstood: readonly string[]
} {
  const lines = text.split(/\r?\n/, mostLines)
  const exchanges: Exchange[] = []
  const notUnderstood: string[] = []
  let position = 0
  while (position < lines.length && exchanges.length < mostExchanges) {
    const line = plain(lines[position] ?? '')
    const where = `line ${position + 1}`
    const curl = /(?:^|[\s;|&($>+])curl(?:\.exe)?\s/.test(line) ? commandAt(lines, position) : undefined
    const message = curl === undefined ? messageAt(lines, position) : undefined
    if (curl !== undefined) {
      const read = readCurl(curl.text)
      if (read !== undefined) {
        add({ where, at: undefined, request: read.request, answer: undefined })
        for (const option of read.unknownOptions) notUnderstood.push(`${where}: the option ${option} of curl`)
      }
      position += curl.length
    } else if (message !== undefined) {
      if (message.request !== undefined) add({ where, at: undefined, request: message.request, answer: undefined })
      if (message.answer !== undefined) answered(message.answer, where)
      position += message.length
    } else {
      const block = jsonAt(lines, position)
      const sent = readUrl(line)
      if (block?.answer !== undefined) answered(block.answer, where)
      else if (sent !== undefined) {
        if ('request' in sent) add({ where, at: undefined, request: sent.request, answer: undefined })
        else answered(sent.answer, where)
      } else {
        const words = readWords(line)
        if (words !== undefined) answered(words, where)
      }
      position += block?.length ?? 1
    }
  }
  if (exchanges.length === mostExchanges) notUnderstood.push(`Only the first ${mostExchanges} exchanges were read.`)
  const isAbout = ({ request, answer }: Exchange) =>
    answer?.error !== undefined || answer?.members.has('access_token') || isOAuthUrl(request?.url)
  return { exchanges: exchanges.filter(isAbout), notUnderstood }

  function add(exchange: Exchange): void {
    // A command is often shown again in full by what runs it, such as -v of curl.
    const last = exchanges.at(-1)
    const isSame =
      last?.answer === undefined &&
      last?.request?.url?.pathname === exchange.request?.url?.pathname &&
      last?.request?.method === exchange.request?.method
    if (last !== undefined && isSame && exchange.request?.fields.length === 0) return
    exchanges.push(exchange)
  }

  /** An answer belongs to the request before it that has none yet. */
  function answered(answer: SeenAnswer, where: string): void {
    const last = exchanges.at(-1)
    if (last !== undefined && last.answer === undefined) exchanges[exchanges.length - 1] = { ...last, answer }
    else if (last?.answer !== undefined && completes(last.answer, answer)) {
      exchanges[exchanges.length - 1] = {
        ...last,
        answer: { ...answer, status: answer.status ?? last.answer.status, headers: last.answer.headers },
      }
    } else if (!isRepeated(last?.answer, answer)) exchanges.push({ where, at: undefined, request: undefined, answer })
  }
}

/** A body that comes after the head of its message. */
function completes(head: SeenAnswer, body: SeenAnswer): boolean {
  return head.error === undefined && head.members.size === 0 && (body.error !== undefined || body.members.size > 0)
}

/** Programs say one thing several times: as JSON, as a message, in a summary. */
function isRepeated(last: SeenAnswer | undefined, next: SeenAnswer): boolean {
  return (
    last !== undefined &&
    last.error === next.error &&
    (next.description === undefined || last.description === next.description)
  )
}

/** A line without colours, without the time and the place that CI writes before it. */
function plain(line: string): string {
  return (
    line
      .slice(0, longestLine)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
      .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      .replace(/^\s*\d{4}-\d\d-\d\dT[\d:.]+Z?\s/, '')
  )
}

interface Block {
  readonly text: string
  /** Lines. */
  readonly length: number
}

/** A command with the lines that it goes on in: after a backslash, and within quotes. */
function commandAt(lines: readonly string[], start: number): Block {
  const taken: string[] = []
  for (const raw of lines.slice(start, start + longestBlock)) {
    const line = plain(raw)
    taken.push(line)
    const text = taken.join('\n')
    if (!/\\\s*$/.test(line) && !isWithinQuotes(text)) break
  }
  const text = taken.join('\n').replaceAll(/\\[ \t]+\n/g, '\\\n')
  const begin = text.search(/(?:^|[\s;|&($>+/])curl(?:\.exe)?\s/)
  return { text: text.slice(Math.max(0, begin)).replace(/^[\s;|&($>+/]+/, ''), length: taken.length }
}

function isWithinQuotes(text: string): boolean {
  let quote: string | undefined
  for (let position = 0; position < text.length; position++) {
    const letter = text[position]
    if (letter === '\\' && quote !== "'") position += 1
    else if (quote === undefined && (letter === '"' || letter === "'")) quote = letter
    else if (letter === quote) quote = undefined
  }
  return quote !== undefined
}

const requestLine = /^[>*\s]*(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+) HTTP\/[\d.]+\s*$/
const statusLine = /^[<*\s]*HTTP\/[\d.]+ (\d{3})\b/
const headerLine = /^[<>*\s]*([A-Za-z][\w-]*):\s(.*)$/

interface Message {
  readonly request?: SeenRequest
  readonly answer?: SeenAnswer
  readonly length: number
}

/** A message of HTTP as it goes over the wire, or as `curl -v` prints it. */
function messageAt(lines: readonly string[], start: number): Message | undefined {
  const first = plain(lines[start] ?? '')
  const [, method, target] = requestLine.exec(first) ?? []
  const status = statusLine.exec(first)?.[1]
  if ((method === undefined || target === undefined) && status === undefined) return undefined
  const headers: (readonly [string, string])[] = []
  let length = 1
  for (const raw of lines.slice(start + 1, start + longestBlock)) {
    const [, name, value] = headerLine.exec(plain(raw)) ?? []
    if (name === undefined || value === undefined) break
    headers.push([name, value.trim()])
    length += 1
  }
  if (status !== undefined) return { answer: seenAnswer({ status: Number(status), headers, body: '' }), length }
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
  const scheme = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(host) ? 'http' : 'https'
  const url = /^https?:/.test(target ?? '') ? (target ?? '') : `${scheme}://${host}${target}`
  const between = plain(lines[start + length] ?? '')
  const next = plain(lines[start + length + 1] ?? '')
  const hasBody = /^[>\s]*$/.test(between) && /^(?:[\w.-]+=[^\s]*|\{.*\})\s*$/.test(next)
  const request = seenRequest({ method: method ?? '', url, headers, body: hasBody ? next : undefined })
  return { request, length: length + (hasBody ? 2 : 0) }
}

/** An answer as JSON, within a line or over several. */
function jsonAt(
  lines: readonly string[],
  start: number,
): { readonly answer: SeenAnswer; readonly length: number } | undefined {
  const line = plain(lines[start] ?? '')
  const begin = line.search(/[{[]/)
  if (begin < 0) return undefined
  const within = line.slice(begin, Math.max(line.lastIndexOf('}'), line.lastIndexOf(']')) + 1)
  const one = toldIn(within) ?? toldIn(within.replaceAll('\\"', '"'))
  if (one !== undefined) return { answer: one, length: 1 }
  if (!/[{[]\s*$/.test(line)) return undefined
  const taken = [line.slice(begin)]
  for (const raw of lines.slice(start + 1, start + longestJson)) {
    const next = plain(raw)
    taken.push(next)
    if (!/^\s*[}\]]/.test(next)) continue
    const answer = toldIn(taken.join('\n'))
    if (answer !== undefined) return { answer, length: taken.length }
  }
  return undefined
}

function toldIn(text: string): SeenAnswer | undefined {
  // Most JSON of a log is about something else.
  const json = /error|access_token/.test(text) ? readJson(text) : undefined
  const told = json === undefined ? undefined : readJsonAnswer(json)
  if (told === undefined || (told.error !== undefined && !isTelling(told.error, told.description))) return undefined
  return seenAnswer({ status: told.error === undefined ? 200 : undefined, headers: [], body: text })
}

/** Whether an error is one of OAuth's, and not of any other program that writes `{"error": …}`. */
function isTelling(error: string, description: string | undefined): boolean {
  return oauthWord.test(error) || (description !== undefined && isErrorWord(error) && /_/.test(error))
}

const codes = [
  'access_denied',
  'app_blocked',
  'app_not_found',
  'authorization_pending',
  'bad_jti_claim',
  'consent_required',
  'ecapp_policy_not_found',
  'fail_close_app_blocked',
  'immediate_unsuccessful',
  'inactive_org',
  'inactive_user',
  'insufficient_scope',
  'invalid_app_access',
  'invalid_assertion_type',
  'invalid_basic_auth_header',
  'invalid_client',
  'invalid_client_id',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_session_level',
  'invalid_token',
  'login_required',
  'oauth_flow_disabled',
  'oauth_policy_not_found',
  'rate_limit_exceeded',
  'redirect_uri_mismatch',
  'redirect_uri_missing',
  'slow_down',
  'unsupported_grant_type',
  'unsupported_response_type',
  'unsupported_token_type',
  'API_CURRENTLY_DISABLED',
  'API_DISABLED_FOR_ORG',
  'Bad_OAuth_Token',
  'INVALID_AUTH_HEADER',
  'INVALID_SESSION_ID',
  'Missing_OAuth_Token',
  'OAUTH_APPROVAL_ERROR_GENERIC',
  'OAUTH_APP_ACCESS_DENIED',
  'OAUTH_APP_BLOCKED',
  'OAUTH_EC_APP_NOT_FOUND',
  'REQUEST_LIMIT_EXCEEDED',
]
const oauthWord = new RegExp(`^(?:${codes.join('|')})$`)
const oauthWordWithin = new RegExp(
  `\\b(${[...codes].sort((one, other) => other.length - one.length).join('|')})\\b[\\s:=,;"'–-]*(.*)$`,
)

// What clients print of answers whose code they leave out, the longest first.
const descriptions: readonly (readonly [words: RegExp, error: string])[] = [
  [/user hasn.t approved this consumer/i, 'invalid_grant'],
  [/user is not admin approved to access this app/i, 'invalid_app_access'],
  [/refresh_token scope is required/i, 'invalid_request'],
  [/audience is invalid/i, 'invalid_grant'],
  [/missing required code challenge/i, 'invalid_request'],
  [/invalid code verifier/i, 'invalid_grant'],
  [/redirect_uri must match configuration/i, 'redirect_uri_mismatch'],
  [/external client app is not installed in this org/i, 'app_not_found'],
  [/app must be installed into org/i, 'invalid_client'],
  [/this app is blocked by admin/i, 'app_blocked'],
  [/expired access\/refresh token/i, 'invalid_grant'],
  [/expired authorization code/i, 'invalid_grant'],
  [/invalid authorization code/i, 'invalid_grant'],
  [/request not supported on this domain/i, 'invalid_grant'],
  [/no client credentials user enabled/i, 'invalid_grant'],
  [/client credentials flow not enabled/i, 'invalid_grant'],
  [/client identifier invalid/i, 'invalid_client_id'],
  [/invalid client credentials/i, 'invalid_client'],
  [/invalid assertion/i, 'invalid_grant'],
  [/grant type not supported/i, 'unsupported_grant_type'],
  [/ip restricted(?: or invalid login hours)?/i, 'invalid_grant'],
  [/authentication failure/i, 'invalid_grant'],
  [/session expired or invalid/i, 'INVALID_SESSION_ID'],
]

// What clients print when they sent nothing at all.
const local: readonly (readonly [words: RegExp, error: string])[] = [
  [
    /failed to decipher auth (?:data|info)|AuthDecryptError|unsupported state or unable to authenticate data/i,
    'store-broken',
  ],
  [
    /secretOrPrivateKey must be an asymmetric key|PEM routines.*no start line|DECODER routines::unsupported|PEM_read_bio|ERR_OSSL_UNSUPPORTED|error:1E08010C/i,
    'key-unreadable',
  ],
]

/** The words of an answer in a line that a program wrote for people. */
function readWords(line: string): SeenAnswer | undefined {
  const [, error, after] = oauthWordWithin.exec(line) ?? []
  const known = descriptions.find(([words]) => words.test(line))
  if (known !== undefined)
    return answerInWords(
      error ?? known[1],
      known[0]
        .exec(line)?.[0]
        .toLowerCase()
        .replace(/hasn.t/, "hasn't"),
    )
  if (error !== undefined)
    return answerInWords(error, (after ?? '').trim() === '' ? undefined : knownWords(after ?? ''))
  const trouble = local.find(([words]) => words.test(line))
  return trouble === undefined ? undefined : answerInWords(trouble[1], undefined)
}

/** What follows a code may be anything: only what looks like a description of OAuth is taken. */
function knownWords(text: string): string | undefined {
  return /^[a-z][a-z _/'.-]{3,80}/.exec(text)?.[0].trim()
}

/** A URL that a browser was sent to: the authorize endpoint, or back to an app with an error. */
function readUrl(line: string): { readonly request: SeenRequest } | { readonly answer: SeenAnswer } | undefined {
  const url = /\bhttps?:\/\/[^\s"'<>]{1,8000}/.exec(line)?.[0]
  if (url === undefined) return undefined
  const sent = readSentBack(url)
  if (sent !== undefined && oauthWord.test(sent.error)) return { answer: answerInWords(sent.error, sent.description) }
  return /\/services\/oauth2\/authorize\?/.test(url)
    ? { request: seenRequest({ method: 'GET', url, headers: [] }) }
    : undefined
}

function isOAuthUrl(url: URL | undefined): boolean {
  return url !== undefined && /\/services\/(?:oauth2|data|Soap)\b|\/id\/00D/.test(url.pathname)
}
