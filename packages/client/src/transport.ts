import { TransportError } from './transport-error.ts'

/** A request that is to be sent. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: URL | string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | URLSearchParams
}

/** An answer that has come whole. */
export interface IncomingAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

/** What may differ for one request. */
export interface SendOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for each attempt. */
  readonly timeout?: number | undefined
}

/** Sends a request and gives the whole answer, whatever its status. Redirects are answers: they are never followed. */
export type Transport = (request: OutgoingRequest, options?: SendOptions) => Promise<IncomingAnswer>

/** How requests are sent. */
export interface TransportOptions {
  /** The platform's unless given. Proxies are its business (`NODE_USE_ENV_PROXY=1` with Node.js). */
  readonly fetch?: typeof fetch
  /** Milliseconds for each attempt; 30,000 unless given. */
  readonly timeout?: number
  /** How often a request is sent again; 3 unless given. */
  readonly retries?: number
  /** Bytes of an answer's body; 12 MB unless given, as Apex reads at most. */
  readonly mostBytes?: number
  /** Waits for milliseconds; stands in for the clock in tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** A number from 0 to 1 that spreads waiting callers. */
  readonly spread?: () => number
  readonly now?: () => Date
}

// A server that asks for more is down for longer than a caller should wait.
const longestWait = 30_000

/**
 * Makes a {@link Transport}. What a server has refused (429, 503) is sent again after `Retry-After`, or after a wait that
 * doubles; so is what did not reach it, and for methods that may be repeated (GET, HEAD, PUT, DELETE) what broke on the way.
 */
export function transport(options: TransportOptions = {}): Transport {
  const send = options.fetch ?? fetch
  const retries = options.retries ?? 3
  const mostBytes = options.mostBytes ?? 12_000_000
  const wait = options.wait ?? waitFor
  const spread = options.spread ?? Math.random
  const now = options.now ?? (() => new Date())

  return async (request, { signal, timeout = options.timeout ?? 30_000 } = {}) => {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await once(request, signal, timeout)
      const pause = attempt < retries ? pauseAfter(request, outcome, attempt) : undefined
      if (pause === undefined) {
        if ('error' in outcome) throw outcome.error
        return outcome.answer
      }
      await wait(pause, signal)
    }
  }

  type Attempt = { readonly answer: IncomingAnswer } | { readonly error: TransportError }

  async function once(request: OutgoingRequest, signal: AbortSignal | undefined, timeout: number): Promise<Attempt> {
    const clock = AbortSignal.timeout(timeout)
    const stop = signal === undefined ? clock : AbortSignal.any([signal, clock])
    const { method, url, headers = {}, body } = request
    try {
      signal?.throwIfAborted()
      const init = {
        method,
        headers,
        redirect: 'manual',
        signal: stop,
        ...(body === undefined ? {} : { body }),
      } as const
      const response = await send(url, init)
      const { status, statusText } = response
      return {
        answer: { status, statusText, headers: response.headers, body: await wholeBody(response, mostBytes, url) },
      }
    } catch (cause) {
      // The caller's own reason to stop is the caller's business.
      if (signal?.aborted) throw signal.reason
      if (cause instanceof TransportError) return { error: cause }
      if (!clock.aborted && !canBeSent(request)) return { error: notSent(request, cause) }
      return { error: transportError(cause, clock.aborted, request, timeout) }
    }
  }

  function pauseAfter({ method }: OutgoingRequest, outcome: Attempt, attempt: number): number | undefined {
    const growing = Math.min(200 * 2 ** attempt * (0.5 + spread() / 2), longestWait)
    if ('error' in outcome) {
      const { reason } = outcome.error
      const mayRepeat = /^(?:GET|HEAD|PUT|DELETE)$/i.test(method) && (reason === 'cut-off' || reason === 'timeout')
      return reason === 'unreachable' || mayRepeat ? growing : undefined
    }
    const { status, headers } = outcome.answer
    if (status !== 429 && status !== 503) return undefined
    const asked = retryAfter(headers.get('retry-after'), now())
    if (asked === undefined) return growing
    return asked <= longestWait ? asked : undefined
  }
}

/** The whole body, as long as it is not longer than what is wanted. */
async function wholeBody(response: Response, mostBytes: number, url: URL | string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (response.body !== null) {
    for await (const chunk of response.body) {
      length += chunk.length
      if (length > mostBytes) {
        throw new TransportError('too-large', `The answer of ${hostOf(url)} has more than ${mostBytes} bytes.`)
      }
      chunks.push(chunk)
    }
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

/** Milliseconds to wait, from seconds or a date (RFC 9110 §10.2.3). */
function retryAfter(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}

/** Whether `fetch` takes such a request at all: it has no GET with a body, and no TRACE. */
function canBeSent({ method, url, headers = {}, body }: OutgoingRequest): boolean {
  try {
    new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })
    return true
  } catch {
    // What it says may repeat the URL; whoever needs it finds it in the cause.
    return false
  }
}

function notSent({ method, url, body }: OutgoingRequest, cause: unknown): TransportError {
  const what = body === undefined ? method : `${method} with a body`
  return new TransportError('not-sent', `A request to ${hostOf(url)} was not sent: ${what} cannot be, or not so.`, {
    cause,
  })
}

const notReached = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  // Bun's word for it.
  'ConnectionRefused',
])

function transportError(cause: unknown, isTimeout: boolean, { url }: OutgoingRequest, timeout: number): TransportError {
  const host = hostOf(url)
  if (isTimeout) {
    return new TransportError('timeout', `${host} did not answer within ${timeout} ms.`, { cause })
  }
  const codes = codesOf(cause)
  if (codes.some((code) => notReached.has(code))) {
    return new TransportError('unreachable', `${host} cannot be reached (${codes.join(', ')}). Is the host right?`, {
      cause,
    })
  }
  if (codes.some((code) => /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/i.test(code))) {
    return new TransportError('untrusted', `The TLS certificate of ${host} is not trusted (${codes.join(', ')}).`, {
      cause,
    })
  }
  return new TransportError('cut-off', `The connection to ${host} broke before the answer was whole.`, { cause })
}

function codesOf(error: unknown): readonly string[] {
  const codes: string[] = []
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code)
    if (at instanceof AggregateError) codes.push(...at.errors.flatMap((inner: unknown) => codesOf(inner)))
  }
  return codes
}

/** The host of a URL, which is all of it that may stand in a message: what follows can be a secret. */
export function hostOf(url: URL | string): string {
  return new URL(url).host
}

function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
