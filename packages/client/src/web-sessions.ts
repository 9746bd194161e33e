/** The kinds of session for web views. */
export const webSessionKinds = ['parent', 'lightning', 'visualforce', 'content'] as const

/** A session that a web view of a hybrid app can use, as a cookie. It is as secret as the token, and ends with it. */
export interface WebSession {
  /** What it opens: `parent` all that the token does. */
  readonly kind: (typeof webSessionKinds)[number]
  /** The host that the cookie is for. */
  readonly domain: string
  readonly sid: string
}

/** What the hybrid flows answer besides a token. */
export interface WebSessions {
  /** The name of the cookie; `sid` at Salesforce. */
  readonly cookieName: string
  readonly csrfToken: string | undefined
  readonly sessions: readonly WebSession[]
}

/** The sessions of an answer; `undefined` where there are none. @param home the host of the org, where no other is named */
export function webSessionsIn(text: (name: string) => string | undefined, home: string): WebSessions | undefined {
  const sessions = webSessionKinds.flatMap((kind) => {
    const sid = text(`${kind}_sid`)
    return sid === undefined ? [] : [{ kind, domain: text(`${kind}_domain`) ?? home, sid }]
  })
  if (sessions.length === 0) return undefined
  return { cookieName: text('sidCookieName') ?? 'sid', csrfToken: text('csrf_token'), sessions }
}
