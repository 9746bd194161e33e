import { z } from 'zod'
import { type BrowserState, setCookie } from '../browser.ts'
import { readCookie } from '../cookies.ts'
import { formToken, isFormToken } from '../csrf.ts'

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

/** The cookie that carries it over the redirect after a form. Nobody but we can make one, and it is read once. */
export function refusedSignInCookie({ cookieNames, formSecret }: BrowserState, refused: RefusedSignIn): string {
  const text = JSON.stringify({ ...refused, username: refused.username?.slice(0, 256) })
  const value = Buffer.from(text).toString('base64url')
  return setCookie(cookieNames, nameOf(cookieNames), `${value}.${formToken(formSecret, 'refused sign-in', value)}`, 60)
}

/** What came with a request, and the cookie that ends it. */
export function takeRefusedSignIn(
  { cookieNames, formSecret }: BrowserState,
  cookieHeader: string | undefined,
): { readonly refused: RefusedSignIn | undefined; readonly cookies: readonly string[] } {
  const cookie = readCookie(cookieHeader, nameOf(cookieNames))
  if (cookie === undefined) return { refused: undefined, cookies: [] }
  const cookies = [setCookie(cookieNames, nameOf(cookieNames), '', 0)]
  const [value = '', token = ''] = cookie.split('.')
  if (!isFormToken(token, formSecret, 'refused sign-in', value)) return { refused: undefined, cookies }
  const { username, ...refused } = shape.parse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')))
  return { refused: { ...refused, username }, cookies }
}

function nameOf({ browser }: BrowserState['cookieNames']): string {
  return `${browser}-refused`
}
