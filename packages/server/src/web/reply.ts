import type { ServerResponse } from 'node:http'
import type { Incoming } from './incoming.ts'

/** An answer as a value, before it is HTTP. */
export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
  /** Text, or bytes where it is compressed. */
  readonly body: string | Uint8Array<ArrayBuffer> | null
}

/** A reply with headers added. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

/** Writes a reply to a socket. */
export function send({ status, headers, cookies = [], body }: Reply, response: ServerResponse): void {
  // A flat list is what the platform writes without a further look at it.
  const flat: string[] = []
  for (const name in headers) flat.push(name, headers[name] ?? '')
  for (const cookie of cookies) flat.push('set-cookie', cookie)
  if (status !== 204 && status !== 304) flat.push('content-length', String(Buffer.byteLength(body ?? '')))
  response.writeHead(status, flat)
  response.end(body ?? '')
}

/** A reply for a program that holds the server inside. */
export function toResponse({ status, headers, cookies = [], body }: Reply, method: string): Response {
  const all = new Headers(headers)
  for (const cookie of cookies) all.append('set-cookie', cookie)
  return new Response(method === 'HEAD' ? null : body, { status, headers: all })
}

/** Whether the caller is a browser that shows pages. */
export function wantsPage(request: Incoming): boolean {
  return request.header('accept')?.includes('text/html') === true
}
