import { createSign, type KeyObject } from 'node:crypto'
import { patience } from '../../../test/eventually.ts'
import { signInOn, type TestBrowser, testBrowser } from '../../server/test/flows/test-browser.ts'

/** What the wire says: status, the reason that `dev` adds, and the body. */
export interface WireAnswer {
  readonly status: number
  /** The first word of `x-sallyport-cause`. */
  readonly reason: string | undefined
  readonly requestId: string
  // biome-ignore lint/suspicious/noExplicitAny: a test spells out what it expects of the wire
  readonly body: any
}

/** Posts a form. */
export async function post(url: string, form: Readonly<Record<string, string>>): Promise<WireAnswer> {
  return answerOf(await fetch(url, { method: 'POST', body: new URLSearchParams(form) }))
}

/** Asks the REST API for something with an access token. */
export async function get(url: string, accessToken: string): Promise<WireAnswer> {
  return answerOf(await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } }))
}

async function answerOf(response: Response): Promise<WireAnswer> {
  return {
    status: response.status,
    reason: response.headers.get('x-sallyport-cause')?.split(':')[0],
    requestId: response.headers.get('x-request-id') ?? '',
    body: await response.json(),
  }
}

/** Whom an assertion is about, and who signs it. */
export interface Bearer {
  readonly url: string
  readonly consumerKey: string
  readonly username: string
  readonly key: KeyObject
}

/** Asks for a token by the JWT bearer flow. */
export function jwtBearer({ url, consumerKey, username, key }: Bearer): Promise<WireAnswer> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: consumerKey, sub: username, aud: url, exp: Math.floor(Date.now() / 1000) + 120 }
  const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  const assertion = `${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`
  return post(`${url}/services/oauth2/token`, {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  })
}

/** A browser without a window, in front of a server. */
export function browserOf(base: string): TestBrowser {
  return testBrowser({ base, request: (path, init) => fetch(new URL(path, base), { ...init, redirect: 'manual' }) })
}

/** Signs in at the login page; answers whether that let the person in. */
export async function signsIn(base: string, username: string, password: string): Promise<boolean> {
  const browser = browserOf(base)
  const { html } = await signInOn(browser, await browser.open('/'), username, password)
  return html.includes('You are signed in as')
}

/** Asks again and again until it is so. @throws {Error} with the last answer when it never is */
export async function soon<Answer>(ask: () => Promise<Answer>, isSo: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = performance.now() + patience
  for (;;) {
    const answer = await ask()
    if (isSo(answer)) return answer
    if (performance.now() > deadline) throw new Error(`Not so: ${JSON.stringify(answer)}`)
  }
}
