import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parametersOf } from './callback.ts'
import { fragmentPage } from './fragment-page.ts'
import { SignInError } from './sign-in-error.ts'

/** Waits on this very machine for a browser to bring the answer of a sign-in (RFC 8252 §7.3). */
export interface LoopbackListener extends AsyncDisposable {
  /** What to send the browser back to: one of the app's callback URLs. */
  readonly redirectUri: string
  /**
   * The first callback that is wanted; others get a page that says so, and are passed over.
   * @throws {SignInError} `nobody-came` after the time
   */
  callback(isWanted: (url: URL) => boolean, options?: WaitOptions): Promise<URL>
  close(): Promise<void>
}

/** For how long to wait. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; five minutes unless given. */
  readonly timeout?: number | undefined
}

/** Where to listen. Salesforce compares callback URLs to the letter, so the port must be the one that the app names. */
export interface LoopbackOptions {
  /** 1717 unless given, as the Salesforce CLI has it; 0 takes any that is free. */
  readonly port?: number
  /** `/OauthRedirect` unless given. */
  readonly path?: string
  /** `localhost` unless given; `127.0.0.1` where the app's callback URL says so. */
  readonly host?: 'localhost' | '127.0.0.1'
  /** Where the answer stands; `fragment` for the user-agent flow. A page of the listener reads it there. */
  readonly answerIn?: 'query' | 'fragment'
}

/** Listens for a callback. @throws {SignInError} `port-taken` */
export async function loopbackListener(options: LoopbackOptions = {}): Promise<LoopbackListener> {
  const { port = 1717, path = '/OauthRedirect', host = 'localhost', answerIn = 'query' } = options
  const isInFragment = answerIn === 'fragment'
  /** Who waits: takes a callback, and is told of it when the browser has its page. */
  let taker: ((url: URL) => (() => void) | undefined) | undefined

  const server = createServer((request, response) => {
    // A page elsewhere could have a name of its own point to this machine.
    const asked = request.headers.host ?? ''
    const url = URL.canParse(request.url ?? '', origin()) ? new URL(request.url ?? '', origin()) : undefined
    if (asked !== new URL(origin()).host || url?.origin !== origin() || url.pathname !== path) {
      return say(response, 404, 'There is nothing here', 'This address is there for the end of one sign-in only.')
    }
    if (request.method === 'GET') return isInFragment ? askForFragment(response) : take(url, response)
    const isOwnForm = isInFragment && request.method === 'POST' && request.headers.origin === origin()
    if (!isOwnForm) return say(response, 405, 'Not that way', 'A sign-in comes back by GET.')
    return postedFragment(request).then(
      (fragment) => {
        url.hash = fragment
        take(url, response)
      },
      () => say(response, 400, 'That was no answer', 'Begin again in the program that opened this page.'),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new SignInError(
          'port-taken',
          `The port ${port} of this machine is taken. End the program that has it, or choose another.`,
          {
            cause,
          },
        ),
      )
    })
    server.listen(port, '127.0.0.1', resolve)
  })

  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    redirectUri: `${origin()}${path}`,
    callback(isWanted, { signal, timeout = 300_000 } = {}) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          taker = undefined
          clearTimeout(timer)
          signal?.removeEventListener('abort', stop)
          settle()
        }
        const stop = () => end(() => reject(signal?.reason))
        const timer = setTimeout(
          () =>
            end(() =>
              reject(new SignInError('nobody-came', 'Nobody has finished the sign-in in the browser in time.')),
            ),
          timeout,
        )
        taker = (url) => {
          if (!isWanted(url)) return undefined
          taker = undefined
          return () => end(() => resolve(url))
        }
        if (signal?.aborted) stop()
        else signal?.addEventListener('abort', stop, { once: true })
      })
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  function take(url: URL, response: ServerResponse): void {
    const taken = taker?.(url)
    if (taken === undefined) {
      say(response, 400, 'This belongs to another sign-in', 'Begin again in the program that opened this page.')
      return
    }
    const isRefused = parametersOf(url, isInFragment ? 'fragment' : 'query').has('error')
    // Whoever waits may end the program, and the page would be cut off.
    response.once('close', taken)
    const title = isRefused ? 'You are not signed in' : 'You are signed in'
    say(response, 200, title, 'You can close this page, and go back to the program that opened it.')
  }

  function origin(): string {
    const address = server.address()
    return `http://${host}:${typeof address === 'object' && address !== null ? address.port : port}`
  }
}

/** What the page has read. @throws when it is longer than any answer */
async function postedFragment(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk)
    if (body.length > longestAnswer) throw new Error('The answer is longer than any.')
  }
  return new URLSearchParams(body).get('fragment') ?? ''
}

// Tokens that are JWTs with many claims have some thousand characters.
const longestAnswer = 65_536

function askForFragment(response: ServerResponse): void {
  const text = `If nothing happens, allow scripts for this page.${fragmentPage.body}`
  say(response, 200, 'One moment', text, fragmentPage)
}

/** What a page may do, and whom it tells where it is. */
interface PagePolicy {
  readonly policy: string
  readonly referrer: 'no-referrer' | 'same-origin'
}

const quietPage: PagePolicy = { policy: "default-src 'none'; frame-ancestors 'none'", referrer: 'no-referrer' }

function say(
  response: ServerResponse,
  status: number,
  title: string,
  text: string,
  { policy, referrer }: PagePolicy = quietPage,
): void {
  const page =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<meta name="color-scheme" content="light dark"><title>${title}</title></head>` +
    `<body><main><h1>${title}</h1><p>${text}</p></main></body></html>`
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': referrer,
      connection: 'close',
    })
    .end(page)
}
