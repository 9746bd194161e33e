/** One HTTP/1.1 answer, as far as a load test looks at it. `head` is the status line and the headers as they came. */
export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** The same request as it goes over the wire. `form` makes it a POST of `application/x-www-form-urlencoded`. */
export interface RequestParts {
  readonly host: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** Writes a request out once, so that sending it costs no more than handing a buffer to the socket (RFC 9112). */
export function writeRequest({ host, path, headers = {}, form }: RequestParts): Buffer {
  const body = form === undefined ? '' : new URLSearchParams(form).toString()
  const lines = [`${form === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`, `Host: ${host}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (form !== undefined) {
    lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${Buffer.byteLength(body)}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/**
 * Reads one answer from the start of `bytes` and says how many of them it took; `undefined` while it is not whole.
 * Knows what a server answers to GET and POST on a connection that stays open: a length or chunks (RFC 9112 §6, §7).
 * @throws {Error} when the bytes are no such answer
 */
export function readAnswer(bytes: Buffer): { readonly answer: Answer; readonly length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  if (!head.startsWith('HTTP/1.1 ') || !(status >= 200)) throw new Error(`not an HTTP/1.1 answer: ${head.slice(0, 40)}`)
  const bodyStart = headEnd + 4

  const contentLength = readHeader(head, 'content-length')
  if (contentLength !== undefined) {
    const length = bodyStart + Number(contentLength)
    if (bytes.length < length) return undefined
    return { answer: { status, head, body: bytes.toString('utf8', bodyStart, length) }, length }
  }
  if (readHeader(head, 'transfer-encoding')?.toLowerCase() === 'chunked') {
    const chunks = readChunks(bytes, bodyStart)
    return chunks && { answer: { status, head, body: chunks.body }, length: chunks.end }
  }
  if (status === 204 || status === 304) return { answer: { status, head, body: '' }, length: bodyStart }
  throw new Error(`an answer without a length: ${head.slice(0, 40)}`)
}

/** The value of a header in an answer's head, whatever the case of its name; the first where there are several. */
export function readHeader(head: string, name: string): string | undefined {
  const pattern = patterns.get(name) ?? new RegExp(`\\r\\n${name}:[ \\t]*([^\\r]*)`, 'i')
  patterns.set(name, pattern)
  return pattern.exec(head)?.[1]
}

const patterns = new Map<string, RegExp>()

function readChunks(bytes: Buffer, start: number): { readonly body: string; readonly end: number } | undefined {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!(size >= 0)) throw new Error('a chunk without a size')
    const next = lineEnd + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { body: Buffer.concat(parts).toString(), end: next }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
