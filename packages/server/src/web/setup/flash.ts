import { z } from 'zod'
import type { BrowserState } from '../browser.ts'
import { carryingCookie, takeCarried } from '../carried.ts'

/** What the next page says first: that something was done, or what to mind. */
export interface Flash {
  readonly kind: 'success' | 'warning'
  readonly text: string
}

const longest = 600

const carriage = { suffix: 'flash', purpose: 'flash' }
const shape = z.tuple([z.enum(['success', 'warning']), z.string()])

/** The cookie that carries a message over a redirect. A page says no words of others. */
export function flashCookie(browser: BrowserState, { kind, text }: Flash): string {
  return carryingCookie(browser, carriage, [kind, text.slice(0, longest)])
}

/** The message that came with a request, and the cookie that ends it. */
export function takeFlash(
  browser: BrowserState,
  cookieHeader: string | undefined,
): { readonly flash: Flash | undefined; readonly cookies: readonly string[] } {
  const { content, cookies } = takeCarried(browser, carriage, cookieHeader)
  if (content === undefined) return { flash: undefined, cookies }
  const [kind, text] = shape.parse(content)
  return { flash: { kind, text }, cookies }
}
