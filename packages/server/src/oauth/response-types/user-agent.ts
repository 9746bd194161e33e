import { refreshScope } from '../../connected-apps/scope.ts'
import { pass } from '../../journal/checklist.ts'
import type { OauthLoginSubType } from '../../sessions/login-history.ts'
import type { IssueTokens, TokenResponse } from '../../tokens/issue.ts'
import { loginRateExceeded } from '../login-rate.ts'
import { authorizeRefusal, type Refusal } from '../refusal.ts'
import type { Granted, ResponseType } from './response-type.ts'

interface Needs {
  readonly issueTokens: IssueTokens
}

/**
 * OAuth 2.0 User-Agent Flow (RFC 6749 §4.2): the browser carries the tokens themselves, in the fragment. Neither secret
 * nor PKCE has to do with it; a refresh token goes to apps alone whose callback no web page answers.
 */
export function userAgent(needs: Needs): ResponseType {
  return ofKind(needs, { type: 'token', withIdToken: false, loginSubType: 'OauthUserAgent' })
}

/** The same with an ID token, which an app can believe without asking further (OpenID Connect Core §3.2). */
export function userAgentWithIdToken(needs: Needs): ResponseType {
  return ofKind(needs, { type: 'token id_token', withIdToken: true, loginSubType: 'OauthUserAgentIdToken' })
}

/** The same for hybrid apps: sessions for their web views come along, and end with the access token. */
export function hybridUserAgent(needs: Needs): ResponseType {
  return ofKind(needs, {
    type: 'hybrid_token',
    withIdToken: false,
    opensWebViews: true,
    loginSubType: 'OauthHybridUserAgent',
  })
}

interface Kind {
  readonly type: string
  readonly withIdToken: boolean
  readonly opensWebViews?: true
  readonly loginSubType: OauthLoginSubType
}

function ofKind({ issueTokens }: Needs, { type, withIdToken, opensWebViews, loginSubType }: Kind): ResponseType {
  return {
    type,
    flow: 'user-agent',
    modes: ['fragment', 'form_post'],
    usesPkce: false,
    signsIn: 'here',
    checkRequest({ app, nonce }) {
      if (app.external !== undefined) {
        return { reason: 'flow-not-of-external-apps', facts: { app: app.label, flow: 'user-agent' } }
      }
      if (!app.isUserAgentEnabled) {
        return { reason: 'flow-off-for-app', facts: { app: app.label, flow: 'user-agent' } }
      }
      return withIdToken && nonce === undefined
        ? { reason: 'nonce-missing', facts: { response_type: type } }
        : undefined
    },
    checkOrg: ({ name, settings }) =>
      settings.blockOAuthUsrAgtFlow
        ? { reason: 'flow-off-in-org', facts: { org: name, flow: 'user-agent' } }
        : undefined,
    checkScopes: (scopes, app): Refusal | undefined =>
      withIdToken && !scopes.includes('openid')
        ? { reason: 'openid-missing', facts: { app: app.label, scopes, response_type: type } }
        : undefined,
    async answer(granted, checks) {
      const { app, policies, org, user, scopes, nonce, authTime, session, redirectUri } = granted
      const withRefreshToken = scopes.includes(refreshScope) && keepsToItself(redirectUri)
      const origin = { level: session.level, sid: session.sid }
      const source = { kind: 'consent', nonce, authTime, session: origin, withRefreshToken, withIdToken } as const
      const result = await issueTokens(
        { app, policies, org, user, scopes, source, loginSubType, ...(opensWebViews && { opensWebViews }) },
        contextOf(granted),
      )
      if (result.outcome === 'replayed') throw new Error('A consent is nothing that could be used twice.')
      if (result.outcome === 'too-many-logins') throw authorizeRefusal(loginRateExceeded(granted, result))
      pass(checks, 'login-rate')
      return inOrder(result.response)
    },
  }
}

function contextOf({ site, sourceIp, userAgent }: Granted) {
  return { site, sourceIp, userAgent, secret: undefined, binding: undefined }
}

/** A scheme of the app's own, or our page at the end of it all: what no web server of somebody else ever sees. */
function keepsToItself(redirectUri: string): boolean {
  const { protocol, pathname } = new URL(redirectUri)
  return !['https:', 'http:'].includes(protocol) || pathname === '/services/oauth2/success'
}

/** Tokens as the parameters of an answer, in Salesforce's order. */
function inOrder(response: TokenResponse): Readonly<Record<string, string>> {
  const { access_token, refresh_token, instance_url, id, issued_at, signature, scope, token_type, ...further } =
    response
  const all = { access_token, refresh_token, instance_url, id, issued_at, signature, scope, token_type, ...further }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}
