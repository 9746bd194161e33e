import { type BrowserState, setCookie } from '../browser.ts'
import { readCookie } from '../cookies.ts'
import { formToken, isFormToken } from '../csrf.ts'

/** What the next page says first: that something was done, or what to mind. */
export interface Flash {
  readonly kind: 'success' | 'warning'
  readonly text: string
}

const longest = 600

/** The cookie that carries a message over a redirect. Nobody but we can make one: a page says no words of others. */
export function flashCookie({ cookieNames, formSecret }: BrowserState, { kind, text }: Flash): string {
  const value = Buffer.from(JSON.stringify([kind, text.slice(0, longest)])).toString('base64url')
  return setCookie(cookieNames, nameOf(cookieNames), `${value}.${formToken(formSecret, 'flash', value)}`, 60)
}

/** The message that came with a request, and the cookie that ends it. */
export function takeFlash(
  { cookieNames, formSecret }: BrowserState,
  cookieHeader: string | undefined,
): { readonly flash: Flash | undefined; readonly cookies: readonly string[] } {
  const cookie = readCookie(cookieHeader, nameOf(cookieNames))
  if (cookie === undefined) return { flash: undefined, cookies: [] }
  const cookies = [setCookie(cookieNames, nameOf(cookieNames), '', 0)]
  const [value = '', token = ''] = cookie.split('.')
  if (!isFormToken(token, formSecret, 'flash', value)) return { flash: undefined, cookies }
  const [kind, text]: readonly string[] = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'))
  return { flash: { kind: kind === 'warning' ? 'warning' : 'success', text: text ?? '' }, cookies }
}

function nameOf({ browser }: BrowserState['cookieNames']): string {
  return `${browser}-flash`
}
