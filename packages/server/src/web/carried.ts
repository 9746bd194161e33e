import { type BrowserState, setCookie } from './browser.ts'
import { readCookie } from './cookies.ts'
import { formToken, isFormToken } from './csrf.ts'

/** A kind of thing that a cookie carries over one redirect. */
export interface Carriage {
  /** What the name of the cookie ends with. */
  readonly suffix: string
  /** What is signed along, so that none stands in for another. */
  readonly purpose: string
}

/** What a cookie brought, if it is ours, and the cookie that ends it. */
export interface Carried {
  /** As JSON had it; `undefined` where nothing came, or nothing of ours. */
  readonly content: unknown
  readonly cookies: readonly string[]
}

// Seconds.
const lifetime = 60

/** The cookie that carries something over the redirect after a form. Nobody but we can make one, and it is read once. */
export function carryingCookie(browser: BrowserState, carriage: Carriage, content: unknown): string {
  const { cookieNames, formSecret } = browser
  const value = Buffer.from(JSON.stringify(content)).toString('base64url')
  const token = formToken(formSecret, carriage.purpose, value)
  return setCookie(cookieNames, nameOf(browser, carriage), `${value}.${token}`, lifetime)
}

/** What came with a request. */
export function takeCarried(browser: BrowserState, carriage: Carriage, cookieHeader: string | undefined): Carried {
  const { cookieNames, formSecret } = browser
  const name = nameOf(browser, carriage)
  const cookie = readCookie(cookieHeader, name)
  if (cookie === undefined) return { content: undefined, cookies: [] }
  const cookies = [setCookie(cookieNames, name, '', 0)]
  const [value = '', token = ''] = cookie.split('.')
  if (!isFormToken(token, formSecret, carriage.purpose, value)) return { content: undefined, cookies }
  return { content: JSON.parse(Buffer.from(value, 'base64url').toString('utf8')), cookies }
}

function nameOf({ cookieNames }: BrowserState, { suffix }: Carriage): string {
  return `${cookieNames.browser}-${suffix}`
}
