import { consentPath, errorPath } from '../../page-paths.ts'
import { type HttpRequest, parametersOf, writeAnswer } from '../http-text.ts'
import { walkthroughCallbackPath, walkthroughChecksPath } from '../places.ts'

/** What came of a request. */
export interface Result {
  readonly outcome: 'done' | 'refused' | 'waits' | 'stopped'
  /** In a few words: `200`, `400 invalid_grant`. */
  readonly summary: string
  /** As text, to be read; empty when nothing was answered. */
  readonly answer: string
  /** What there is to say of it, in sentences. */
  readonly notes: readonly string[]
  /** The server's checklist of it, as markup that the server made; empty when there is none. */
  readonly checks: string
  /** The members of a JSON answer. */
  readonly members: Readonly<Record<string, unknown>>
}

/** A result without an answer: what kept the request from being sent, or its answer from being read. */
export function stopped(summary: string, ...notes: readonly string[]): Result {
  return { outcome: 'stopped', summary, answer: '', notes, checks: '', members: {} }
}

/** Sends a request as any client would, and reads the answer with the checks that the server made. */
export async function ask(request: HttpRequest, notes: readonly string[]): Promise<Result> {
  const answer = await fetched(request, 'omit')
  if (answer === undefined) return stopped('No answer', ...notes, unreadable)
  const body = await answer.text()
  const members = membersOfJson(body)
  const error = errorIn(members, body)
  return {
    outcome: answer.status >= 400 ? 'refused' : 'done',
    summary: [`${answer.status}`, answer.status >= 400 ? error : ''].join(' ').trim(),
    answer: writeAnswer({ status: answer.status, headers: [...answer.headers], body }),
    notes,
    checks: await checksOf('request', answer.headers.get('x-request-id')),
    members,
  }
}

/** Where an authorize request came to rest. */
export interface Authorized {
  readonly result: Result
  /** What the callback was given. */
  readonly brought: URLSearchParams | undefined
}

/**
 * Asks an authorize URL as the browser would, as far as it gets without anybody: to the callback with an answer, to a page
 * that refuses, or to one that somebody has to look at.
 */
export async function askToAuthorize(
  request: HttpRequest,
  callbackUrl: string,
  notes: readonly string[],
): Promise<Authorized> {
  const answer = await fetched({ ...request, headers: [...request.headers, ['accept', 'text/html']] }, 'same-origin')
  if (answer === undefined) return { result: stopped('No answer', ...notes, unreadable), brought: undefined }
  const url = new URL(answer.url)
  if (answer.url.split('?')[0] === callbackUrl) {
    return { result: await cameBack(url.searchParams, clientIn(request), notes), brought: url.searchParams }
  }
  const page = await answer.text()
  if (answer.status < 400 && (url.pathname === consentPath || url.searchParams.has('startURL'))) {
    const what = url.pathname === consentPath ? 'asks “Allow Access?”' : 'asks for a username and a password'
    const result: Result = {
      outcome: 'waits',
      summary: `302, then a page that ${what}`,
      answer: `HTTP/1.1 302\nlocation: ${url.pathname}…`,
      notes: [...notes, `The server ${what}. That is for a person: go there, and you come back to this page.`],
      checks: '',
      members: {},
    }
    return { result, brought: undefined }
  }
  const isErrorPage = url.pathname === errorPath
  const words = new DOMParser().parseFromString(page, 'text/html')
  const [error = '', description = ''] = [...words.querySelectorAll('dl.wire code')].map(
    (code) => code.textContent ?? '',
  )
  const requestId = isErrorPage ? url.searchParams.get('request') : answer.headers.get('x-request-id')
  const result: Result = {
    outcome: 'refused',
    summary: `${answer.status} ${error}`.trim(),
    answer: `HTTP/1.1 ${answer.status}\n\nA page for the person, not sent on to the app:\nerror=${error}\nerror_description=${description}`,
    notes,
    checks: await checksOf('request', requestId),
    members: { error, error_description: description },
  }
  return { result, brought: undefined }
}

/** What a callback was given, told with the checks of the request that led there. */
export async function cameBack(
  brought: URLSearchParams,
  consumerKey: string,
  notes: readonly string[],
): Promise<Result> {
  const error = brought.get('error')
  return {
    outcome: error === null ? 'done' : 'refused',
    summary: error === null ? '302 to the callback URL, with a code' : `302 to the callback URL: ${error}`,
    answer: `HTTP/1.1 302\nlocation: …${walkthroughCallbackPath}\n  ?${[...brought].map((pair) => pair.join('=')).join('\n  &')}`,
    notes,
    checks: await checksOf('client', consumerKey),
    members: Object.fromEntries(brought),
  }
}

const unreadable =
  'The browser got no answer that this page may read: nothing answers there, or it sent the browser on to a place that is not this page’s.'

async function fetched({ method, url, headers, body }: HttpRequest, credentials: RequestCredentials) {
  try {
    return await fetch(url, {
      method,
      headers: headers.map(([name, value]) => [name, value]),
      ...(body !== '' && { body }),
      credentials,
      cache: 'no-store',
    })
  } catch {
    // Said by the caller: browsers do not tell a page why.
    return undefined
  }
}

/** The server's checklist of a request, or of the last one of an app that a browser brought. */
async function checksOf(by: 'request' | 'client', value: string | null): Promise<string> {
  if (value === null || value === '') return ''
  try {
    const answer = await fetch(`${walkthroughChecksPath}?${new URLSearchParams({ [by]: value })}`, {
      headers: { accept: 'text/html' },
    })
    return answer.ok ? await answer.text() : ''
  } catch {
    // The answer itself stands beside it; without the list it is the less explained.
    return ''
  }
}

function clientIn(request: HttpRequest): string {
  return parametersOf(request).find(([name]) => name === 'client_id')?.[1] ?? ''
}

function membersOfJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text)
    const first: unknown = Array.isArray(json) ? json[0] : json
    return typeof first === 'object' && first !== null ? { ...first } : {}
  } catch {
    return {}
  }
}

function errorIn(members: Readonly<Record<string, unknown>>, body: string): string {
  const error = members['error'] ?? members['errorCode']
  return typeof error === 'string' ? error : body.slice(0, 40)
}
