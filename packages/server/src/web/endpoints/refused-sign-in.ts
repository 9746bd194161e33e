import { z } from 'zod'
import type { BrowserState } from '../browser.ts'
import { carryingCookie, takeCarried } from '../carried.ts'

/** A sign-in that was refused, as the page shows it that people come back to. The password is none of it. */
export interface RefusedSignIn {
  readonly username: string | undefined
  readonly remember: boolean
  readonly problem: 'refused' | 'username-missing' | 'password-missing'
  readonly status: 400 | 401
}

const shape = z.object({
  username: z.string().optional(),
  remember: z.boolean(),
  problem: z.enum(['refused', 'username-missing', 'password-missing']),
  status: z.literal([400, 401]),
})

const carriage = { suffix: 'refused', purpose: 'refused sign-in' }

/** The cookie that carries it over the redirect after a form. */
export function refusedSignInCookie(browser: BrowserState, refused: RefusedSignIn): string {
  return carryingCookie(browser, carriage, { ...refused, username: refused.username?.slice(0, 256) })
}

/** What came with a request, and the cookie that ends it. */
export function takeRefusedSignIn(
  browser: BrowserState,
  cookieHeader: string | undefined,
): { readonly refused: RefusedSignIn | undefined; readonly cookies: readonly string[] } {
  const { content, cookies } = takeCarried(browser, carriage, cookieHeader)
  if (content === undefined) return { refused: undefined, cookies }
  const { username, ...refused } = shape.parse(content)
  return { refused: { ...refused, username }, cookies }
}
