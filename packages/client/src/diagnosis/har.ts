import { Buffer } from 'node:buffer'
import { membersOf } from '../encoding.ts'
import { type Exchange, readSentBack, seenAnswer, seenRequest } from './exchange.ts'
import { sightOf } from './sight.ts'

type Members = ReadonlyMap<string, unknown>

const mostEntries = 20_000
const mostPairs = 500
// Of a body no more is looked at: answers of OAuth are short, and pages say what they say at their beginning.
const longestBody = 200_000

/** Reads a HAR file (HTTP Archive 1.2); `undefined` for JSON that is none. Requests that have nothing to do with OAuth are left out. */
export function readHar(
  json: unknown,
): { readonly exchanges: readonly Exchange[]; readonly notUnderstood: readonly string[] } | undefined {
  const log = membersOf(membersOf(json)?.get('log'))
  const entries: unknown = log?.get('entries')
  if (!Array.isArray(entries)) return undefined
  const notUnderstood: string[] = []
  const exchanges = entries.slice(0, mostEntries).flatMap((entry: unknown, index): readonly Exchange[] => {
    const where = `entry ${index + 1} of the HAR file`
    const exchange = readEntry(membersOf(entry), where)
    if (exchange === undefined) {
      notUnderstood.push(`${where}: it has no request with a method and a URL`)
      return []
    }
    return isAboutOAuth(exchange) ? [exchange] : []
  })
  if (entries.length > mostEntries)
    notUnderstood.push(`Only the first ${mostEntries} of ${entries.length} entries were read.`)
  return { exchanges, notUnderstood }
}

function readEntry(entry: Members | undefined, where: string): Exchange | undefined {
  const request = membersOf(entry?.get('request'))
  const method = textIn(request, 'method')
  const url = textIn(request, 'url')
  if (method === undefined || url === undefined) return undefined
  const response = membersOf(entry?.get('response'))
  const post = membersOf(request?.get('postData'))
  const body = textIn(post, 'text')
  const type = textIn(post, 'mimeType')
  const headers = pairsIn(request, 'headers')
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const fields = pairsIn(post, 'params').map(([name, value]) => ({ name, value, isMalformed: false }))
  const started = Date.parse(textIn(entry, 'startedDateTime') ?? '')
  return {
    where,
    at: Number.isNaN(started) ? undefined : new Date(started),
    request: seenRequest({
      method,
      url,
      headers: hasType || type === undefined ? headers : [...headers, ['content-type', type] as const],
      body: body?.slice(0, longestBody),
      // A form that is there as text is read from that: what is wrong with it would be lost otherwise.
      bodyFields: (body ?? '') === '' && fields.length > 0 ? fields : undefined,
    }),
    answer: response === undefined ? undefined : readResponse(response),
  }
}

function readResponse(response: Members) {
  const status = response.get('status')
  const content = membersOf(response.get('content'))
  const text = (textIn(content, 'text') ?? '').slice(0, longestBody)
  const body = textIn(content, 'encoding') === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text
  const redirect = textIn(response, 'redirectURL')
  const headers = pairsIn(response, 'headers')
  const isTold = headers.some(([name]) => name.toLowerCase() === 'location')
  return seenAnswer({
    status: typeof status === 'number' && status > 0 ? status : undefined,
    headers:
      isTold || redirect === undefined || redirect === '' ? headers : [...headers, ['location', redirect] as const],
    body,
  })
}

/** Whether an exchange is with an endpoint of OAuth, brings an app an error, or was answered in words of OAuth. */
function isAboutOAuth(exchange: Exchange): boolean {
  const { endpoint } = sightOf(exchange, new Date(0))
  if (endpoint !== undefined && endpoint !== 'elsewhere') return true
  if (exchange.answer?.page !== undefined) return true
  return exchange.answer?.error !== undefined && readSentBack(exchange.request?.url?.href ?? '') === undefined
}

function textIn(members: Members | undefined, name: string): string | undefined {
  const value = members?.get(name)
  return typeof value === 'string' ? value : undefined
}

function pairsIn(members: Members | undefined, name: string): readonly (readonly [name: string, value: string])[] {
  const list: unknown = members?.get(name)
  if (!Array.isArray(list)) return []
  return list.slice(0, mostPairs).flatMap((one: unknown) => {
    const pair = membersOf(one)
    const key = textIn(pair, 'name')
    return key === undefined ? [] : [[key, textIn(pair, 'value') ?? ''] as const]
  })
}
