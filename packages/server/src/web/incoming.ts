import type { IncomingMessage } from 'node:http'
import { tryDecodeURI } from 'hono/utils/url'

/** A request as it came in, whoever carried it: a socket, or a program that holds the server inside. */
export interface Incoming {
  readonly method: string
  /** Decoded, and with one slash in front: `sf` joins a base that ends in a slash with paths that begin with one. */
  readonly path: string
  /** What follows the `?`, as it was sent; empty when nothing does. */
  readonly query: string
  /** The address at the other end of the connection. */
  readonly peer: string
  /** The value of a header, by its name in lower case; several of one name are joined by commas (RFC 9110 §5.3). */
  header(name: string): string | undefined
  /** The body, once, of at most `limit` bytes. */
  body(limit: number): Promise<BodyReading>
  /** The body, once, as it comes; rejects where it is cut off. What is not taken of it is left unread. */
  chunks(): AsyncIterable<Uint8Array>
}

/** The bytes of a body, or why there are none. */
export type BodyReading = Buffer | 'too-large' | 'cut-off'

/** A parameter of the query string; the first, where there are several of that name. */
export function queryParameter({ query }: Incoming, name: string): string | undefined {
  return query === '' ? undefined : (new URLSearchParams(query).get(name) ?? undefined)
}

/** The request that a socket brought. */
export function fromSocket(message: IncomingMessage): Incoming {
  const { headers } = message
  const header = (name: string): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    method: message.method ?? 'GET',
    ...targetOf(message.url ?? '/'),
    peer: message.socket.remoteAddress ?? '127.0.0.1',
    header,
    body: (limit) => (isAnnouncedOver(header, limit) ? Promise.resolve('too-large') : received(message, limit)),
    chunks: () => message.iterator({ destroyOnReturn: false }),
  }
}

/** The request that a program made. @param from the address it counts as coming from; this machine unless given */
export function fromProgram(request: Request, from = '127.0.0.1'): Incoming {
  const { method, url } = request
  const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
  return {
    method,
    ...targetOf(url),
    peer: from,
    header,
    body: async (limit) => (isAnnouncedOver(header, limit) ? 'too-large' : collected(request.body, limit)),
    chunks: () => pieces(request.body),
  }
}

/** Path and query of what a request line names: a path, or a whole URL, whose host counts for nothing (RFC 9112 §3.2). */
function targetOf(target: string): Pick<Incoming, 'path' | 'query'> {
  const start = target.startsWith('/') ? 0 : pathStart(target)
  const fragment = target.indexOf('#', start)
  const end = fragment < 0 ? target.length : fragment
  const mark = target.indexOf('?', start)
  const pathEnd = mark < 0 || mark > end ? end : mark
  return { path: readPath(target.slice(start, pathEnd)), query: target.slice(pathEnd + 1, end) }
}

function pathStart(url: string): number {
  const scheme = url.indexOf('://')
  const slash = scheme < 0 ? -1 : url.indexOf('/', scheme + 3)
  return slash < 0 ? 0 : slash
}

function readPath(sent: string): string {
  const path = sent.startsWith('//') ? sent.replace(/^\/\/+/, '/') : sent
  // An encoded percent sign stays encoded: parameters of the path are decoded once more.
  return path.includes('%') ? tryDecodeURI(path.replaceAll('%25', '%2525')) : path
}

function isAnnouncedOver(header: Incoming['header'], limit: number): boolean {
  const announced = header('content-length')
  return announced !== undefined && Number(announced) > limit
}

function received(message: IncomingMessage, limit: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
      else settle('too-large')
    }
    const end = () => settle(chunks[0] !== undefined && chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
    const fail = () => settle('cut-off')
    const settle = (reading: BodyReading) => {
      message.off('data', take).off('end', end).off('close', fail)
      resolve(reading)
    }
    // An `error` comes before every `close` that is no end; what it says adds nothing.
    message.on('data', take).on('end', end).on('close', fail).on('error', ignored)
  })
}

function ignored(): void {}

async function* pieces(stream: Request['body']): AsyncGenerator<Uint8Array> {
  yield* stream ?? []
}

async function collected(stream: Request['body'], limit: number): Promise<BodyReading> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength
    if (length > limit) return 'too-large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
