import { checklist } from '../journal/checklist.ts'
import type { OrgStore } from '../orgs/org.ts'
import { randomText, readToken } from '../secret.ts'
import type { CheckPageUser } from '../sessions/page-user.ts'
import { opensEverything, type Session, type SessionStore, sessionShape } from '../sessions/session.ts'
import type { LoginHoursOf } from '../users/login-hours.ts'
import type { UserStore } from '../users/user.ts'
import { type Cookies, cookiesAt, readCookie } from './cookies.ts'
import type { Visit } from './visit.ts'

/** The browser behind a request: who is signed in with it, and what its forms are tied to. */
export interface BrowserState {
  readonly session: Session | undefined
  /** A session for a part of the pages, such as the one a hybrid app opens for its web views; nothing else knows of it. */
  readonly partial: Session | undefined
  /** A session with which nobody is signed in yet: the person is still to verify their identity. */
  readonly unverified: Session | undefined
  /** What the tokens of its forms are made from: the session's secret, or the browser's own before there is a session. */
  readonly formSecret: string
  readonly cookieNames: Cookies
  /** To be sent with the next page, so that the browser is known again. */
  readonly newCookies: readonly string[]
}

/**
 * Says which browser asks.
 * @param use `background` for what a page asks by itself: it must not keep a session alive that nobody uses
 */
export type ReadBrowser = (visit: Visit, use?: 'person' | 'background') => Promise<BrowserState>

interface Needs {
  readonly sessions: Pick<SessionStore, 'find' | 'extend' | 'end'>
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly loginHours: LoginHoursOf
  readonly checkPageUser: CheckPageUser
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

/** Knows browsers by their cookies. A session in use is kept from ending, written once half of its time has gone. */
export function readBrowser(needs: Needs): ReadBrowser {
  const { sessions, users, orgs, loginHours, checkPageUser, onError, now } = needs
  return async ({ request, site }, use = 'person') => {
    const header = request.header('cookie')
    const names = cookiesAt(site.base)
    const found = await findSession(readCookie(header, names.session), use)
    const isWhole = found !== undefined && !found.awaitsVerification && opensEverything(found)
    const session = isWhole ? found : undefined
    const partial = isWhole || found?.awaitsVerification ? undefined : found
    const unverified = found?.awaitsVerification ? found : undefined
    if (found !== undefined)
      return { session, partial, unverified, formSecret: found.formSecret, cookieNames: names, newCookies: [] }
    const known = readCookie(header, names.browser)
    if (known !== undefined && /^[A-Za-z0-9._]{43}$/.test(known)) {
      return { session, partial, unverified, formSecret: known, cookieNames: names, newCookies: [] }
    }
    const formSecret = randomText(43)
    return {
      session,
      partial,
      unverified,
      formSecret,
      cookieNames: names,
      newCookies: [setCookie(names, names.browser, formSecret)],
    }
  }

  async function findSession(cookie: string | undefined, use: 'person' | 'background'): Promise<Session | undefined> {
    const presented = cookie === undefined ? undefined : readToken(sessionShape, cookie)
    if (presented === undefined) return undefined
    const at = now()
    const session = await sessions.find(presented, at)
    if (session === undefined) return undefined
    // Who is in when the login hours end, or becomes an API only user, sees the page that is open, and goes no further.
    if (await isClosed(session)) {
      await sessions.end(session.id)
      return undefined
    }
    // A password alone keeps nothing open for long.
    if (session.awaitsVerification || use === 'background') return session
    if (session.expiresAt.getTime() - at.getTime() < (session.timeout * 1000) / 2) {
      sessions.extend(session.id, new Date(at.getTime() + session.timeout * 1000)).catch(onError)
    }
    return session
  }

  async function isClosed({ userId, orgId }: Session): Promise<boolean> {
    const [user, org] = await Promise.all([users.find(userId), orgs.find(orgId)])
    if (user === undefined || org === undefined) return false
    return (await loginHours(user, org)) !== undefined || (await checkPageUser(user, checklist())) !== undefined
  }
}

/** A `Set-Cookie` value; `maxAge` seconds, or until the browser closes. */
export function setCookie(cookies: Cookies, name: string, value: string, maxAge?: number): string {
  return `${name}=${value}${cookies.attributes}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`
}
