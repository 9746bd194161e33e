import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import type { IdTokens } from '../tokens/id-token.ts'

/** What became of an `id_token_hint`: none came, it proves nothing, or it says whom the app had signed in. */
export type IdTokenHint =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid' }
  | { readonly state: 'valid'; readonly userId: string; readonly consumerKey: string }

/**
 * Reads an `id_token_hint`.
 * @param verify as in `IdTokens`
 */
export async function readIdTokenHint(token: string | undefined, verify: IdTokens['verify']): Promise<IdTokenHint> {
  if (token === undefined) return { state: 'absent' }
  const verified = await verify(token)
  if (verified === undefined) return { state: 'invalid' }
  // The subject is an identity URL. The host in it may be another name of ours; the user's id is the same on all.
  const userId = verified.subject.slice(verified.subject.lastIndexOf('/') + 1)
  return { state: 'valid', userId, consumerKey: verified.consumerKey }
}

/** An app's wish that somebody be signed out (OpenID Connect RP-Initiated Logout §2). */
export interface LogoutRequest {
  readonly hint: IdTokenHint
  readonly clientId: string | undefined
  readonly postLogoutRedirectUri: string | undefined
  readonly state: string | undefined
}

/** What the server knows besides: the app that the request names, and who is signed in with this browser. */
export interface LogoutSituation {
  /** The app of {@link consumerKeyOfLogout}, if there is one. */
  readonly app: Pick<ConnectedApp, 'callbackUrls'> | undefined
  /** The id of the user signed in; `undefined` when nobody is. */
  readonly signedInAs: string | undefined
  /** Whether the person has just said yes on a form of ours. */
  readonly isConfirmed: boolean
}

/**
 * What the browser does next. `confirm` asks the person first and changes nothing; the other two end the session, and
 * show the page that says so or go back to the app.
 */
export type LogoutStep =
  | { readonly go: 'confirm' }
  | { readonly go: 'signed-out' }
  | { readonly go: 'back'; readonly url: string }

/** The consumer key of the app that asks, by its hint or by `client_id`; `undefined` when neither tells or they disagree. */
export function consumerKeyOfLogout({ hint, clientId }: LogoutRequest): string | undefined {
  if (hint.state === 'invalid') return undefined
  if (hint.state === 'absent') return clientId
  return clientId === undefined || clientId === hint.consumerKey ? hint.consumerKey : undefined
}

/**
 * Decides an app's wish for logout. Without a valid hint for the very person signed in, anybody's link could sign people
 * out, so the person is asked (RP-Initiated Logout §2). The browser goes back to the app only when the request proves or
 * names the app, and `post_logout_redirect_uri` equals one of its callback URLs, character by character: connected apps
 * have no list of their own for it (§3). A refused address still signs out, on our page.
 */
export function decideLogout(request: LogoutRequest, { app, signedInAs, isConfirmed }: LogoutSituation): LogoutStep {
  const { hint, postLogoutRedirectUri, state } = request
  const namesApp = consumerKeyOfLogout(request) !== undefined
  const isVouchedFor = namesApp && hint.state === 'valid' && hint.userId === signedInAs
  if (signedInAs !== undefined && !isVouchedFor && !isConfirmed) return { go: 'confirm' }

  const mayReturn = namesApp && postLogoutRedirectUri !== undefined && app?.callbackUrls.includes(postLogoutRedirectUri)
  if (!mayReturn) return { go: 'signed-out' }
  return { go: 'back', url: withState(postLogoutRedirectUri, state) }
}

// The registered URI stays as it is written: parsing and printing it could change it.
function withState(uri: string, state: string | undefined): string {
  if (state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state.toWellFormed())}`
}
