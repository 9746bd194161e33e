import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { Session } from '../sessions/session.ts'

/** An app to be told, through the browser, that the person has signed out. */
export interface LogoutCall {
  readonly appName: string
  readonly url: string
}

/**
 * The apps to tell that a session is over: those opened from it that have a *Single Logout URL* (OpenID Connect
 * Front-Channel Logout §3).
 * @param issuer the host at which the person signs out, which is where its apps got their ID tokens
 * @param exceptKey the app that sent the person here, which has signed them out already
 */
export async function logoutCalls(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'find' | 'findPolicies'> },
  { appIds, sid, orgId }: Pick<Session, 'appIds' | 'sid' | 'orgId'>,
  issuer: string,
  exceptKey?: string,
): Promise<readonly LogoutCall[]> {
  const found = await Promise.all(
    appIds.map(async (id) => ({ app: await apps.find(id), policies: await apps.findPolicies(id, orgId) })),
  )
  return found.flatMap(({ app, policies }) => {
    // The org of the person knows best where they are signed in.
    const url = policies?.singleLogoutUrl ?? app?.singleLogoutUrl
    if (app === undefined || url === undefined || app.consumerKey === exceptKey) return []
    return [{ appName: app.label, url: calledUrl(url, issuer, sid) }]
  })
}

/** With `iss` and `sid`, so that the app knows whose session of the ones it has is meant. */
function calledUrl(singleLogoutUrl: string, iss: string, sid: string | undefined): string {
  const url = new URL(singleLogoutUrl)
  if (sid === undefined) return url.href
  url.searchParams.set('iss', iss)
  url.searchParams.set('sid', sid)
  return url.href
}
