/** A request as this page sends it. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  /** Names as they were written, with their values. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What a text says as a request, or why it cannot be sent from here. */
export type HttpReading =
  | { readonly ok: true; readonly request: HttpRequest; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problem: string }

const formType = 'application/x-www-form-urlencoded'
const longestText = 65_536
const mostHeaders = 64
// What browsers set themselves, and let no script set (Fetch §2.2.2).
const browsersOwn =
  /^(?:accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie|te|trailer|transfer-encoding|upgrade|via)$/i

/** Writes a request as text to be read and changed: a parameter on each line, of the URL and of a form alike. */
export function writeHttp({ method, url, headers, body }: HttpRequest): string {
  const mark = url.indexOf('?')
  const [path, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
  const target = query === '' ? path : `${path}\n  ?${query.split('&').join('\n  &')}`
  const lines = [`${method} ${target}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  if (body === '') return lines.join('\n')
  return `${lines.join('\n')}\n\n${isForm(headers) ? body.split('&').join('\n&') : body}`
}

/**
 * Reads such a text. Line breaks within the URL (lines that begin with a space) and within a form mean nothing.
 * @param base what a URL that is only a path is taken to be at
 */
export function readHttp(text: string, base: string): HttpReading {
  if (text.length > longestText)
    return problem(`The request has ${text.length} characters. Up to ${longestText} are sent.`)
  const [head = '', ...rest] = text.replaceAll('\r\n', '\n').split(/\n[ \t]*\n/)
  const [line = '', ...headerLines] = head.replaceAll(/\n[ \t]+/g, '').split('\n')
  const start = /^\s*(\S+)\s+(\S+?)(?:\s+HTTP\/[0-9.]+)?\s*$/.exec(line)
  if (start === null) return problem('The first line is to be a method and a URL: POST https://…')
  const [, method = '', target = ''] = start
  const methodProblem = problemOfMethod(method)
  if (methodProblem !== undefined) return problem(methodProblem)
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return problem(`${short(target)} is not a URL that can be asked.`)
  if (url.username !== '' || url.password !== '')
    return problem('Browsers send no URL with a user or a password in it.')
  const headers: (readonly [string, string])[] = []
  const notes: string[] = []
  for (const each of headerLines.filter((one) => one.trim() !== '')) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:(.*)$/.exec(each) ?? []
    if (name === undefined) return problem(`${short(each)} is no header. One is a name, a colon, and a value.`)
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value))
      return problem(`The header ${short(name)} has characters that no header may have.`)
    if (browsersOwn.test(name)) notes.push(`${name} is not sent as written: browsers set it themselves.`)
    else headers.push([name, value.trim()])
  }
  if (headers.length > mostHeaders)
    return problem(`There are ${headers.length} headers. Up to ${mostHeaders} are sent.`)
  const written = rest.join('\n\n')
  const body = isForm(headers) ? written.replaceAll(/\n/g, '') : written
  if (body !== '' && /^(?:GET|HEAD)$/i.test(method))
    return problem(`Browsers send no body with a ${method.toUpperCase()}.`)
  return { ok: true, request: { method, url: url.href, headers, body }, notes }
}

/** The parameters of a request, of its URL and of a form, and the header that carries a token. */
export function parametersOf({ url, headers, body }: HttpRequest): readonly (readonly [name: string, value: string])[] {
  const mark = url.indexOf('?')
  const query = mark < 0 ? [] : [...new URLSearchParams(url.slice(mark))]
  const form = isForm(headers) ? [...new URLSearchParams(body)] : []
  const authorization = headers.filter(([name]) => name.toLowerCase() === 'authorization')
  return [...query, ...form, ...authorization]
}

/** An answer as text: the status, the headers worth reading, and the body. JSON is spread over lines. */
export function writeAnswer(answer: {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}): string {
  const shown = answer.headers.filter(([name]) =>
    /^(?:content-type|location|www-authenticate|cache-control|x-.*)$/i.test(name),
  )
  const lines = [`HTTP/1.1 ${answer.status}`, ...shown.map(([name, value]) => `${name}: ${value}`)]
  return answer.body === '' ? lines.join('\n') : `${lines.join('\n')}\n\n${spread(answer.body)}`
}

/** JSON over several lines; any other text as it is, up to a bound. */
function spread(text: string): string {
  const bounded = text.length > longestText ? `${text.slice(0, longestText)}…` : text
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).slice(0, longestText)
  } catch {
    return bounded
  }
}

function isForm(headers: HttpRequest['headers']): boolean {
  return headers.some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.toLowerCase().includes(formType),
  )
}

function problemOfMethod(method: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return `${short(method)} is not a method.`
  return /^(?:CONNECT|TRACE|TRACK)$/i.test(method) ? `Browsers do not send ${method.toUpperCase()}.` : undefined
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function problem(text: string): HttpReading {
  return { ok: false, problem: text }
}
