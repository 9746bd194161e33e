import { z } from 'zod'
import type { AppHandlers, HandlerQuestion } from '../../connected-apps/app-handlers.ts'
import { mostRefreshTokens } from '../../connected-apps/approval.ts'
import type { ConnectedApp, ConnectedAppStore, RefreshTokenPolicy } from '../../connected-apps/connected-app.ts'
import { contextOf } from '../../connected-apps/invocation-context.ts'
import { freesAddress } from '../../connected-apps/ip-relaxation.ts'
import type { PartnerRulesOf } from '../../connected-apps/partner-app.ts'
import { endedBy, writeRefreshTokenPolicy } from '../../connected-apps/refresh-policy.ts'
import { type Checklist, pass } from '../../journal/checklist.ts'
import { readToken } from '../../secret.ts'
import { type RefreshToken, type RefreshTokenStore, refreshTokenShape } from '../../tokens/refresh-token.ts'
import type { User } from '../../users/user.ts'
import { checkAssurance } from '../assurance.ts'
import { checkKey } from '../possession.ts'
import { refusal } from '../refusal.ts'
import { narrowScopes } from '../scope-request.ts'
import type { UserOfApp } from '../user-of-app.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs {
  readonly refreshTokens: Pick<RefreshTokenStore, 'find' | 'revoke' | 'noteUse'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly userOfApp: UserOfApp
  readonly appHandlers: Pick<AppHandlers, 'refresh'>
  readonly partnerRules: PartnerRulesOf
  /** Whether public apps rotate even when their setting is off (RFC 9700 §2.2.2). */
  readonly rotatesForPublicApps: boolean
  readonly now: () => Date
}

const params = z.object({ refresh_token: optionalText, scope: optionalText })

/** OAuth 2.0 Refresh Token Flow (RFC 6749 §6), with rotation and the detection of copied tokens (RFC 9700 §4.14). */
export function refreshToken(needs: Needs): Grant<z.infer<typeof params>> {
  const { refreshTokens, apps, userOfApp, appHandlers, partnerRules, rotatesForPublicApps, now } = needs
  return {
    type: 'refresh_token',
    client: 'authenticated',
    params,
    secretRequiredBy: (app) =>
      app.isSecretRequiredForRefreshToken ? 'Require Secret for Refresh Token Flow' : undefined,

    async authorize({ refresh_token: text, scope }, { app, method }, { request, checks, key }) {
      const at = now()
      if (text === undefined) throw refusal({ reason: 'refresh-token-missing', facts: {} })
      const presented = readToken(refreshTokenShape, text)
      const finding = presented === undefined ? undefined : await refreshTokens.find(presented)
      if (presented === undefined || finding === undefined || finding.state === 'unknown') {
        throw refusal({ reason: 'refresh-token-unknown', facts: {} })
      }
      const { token, state } = finding
      if (token.appId !== app.id) throw refusal({ reason: 'refresh-token-of-another-app', facts: { app: app.label } })
      checks.orgId = token.orgId
      checks.userId = token.userId
      const facts = { app: app.label, issued: token.issuedAt.toISOString() }
      if (state === 'rotated-out') {
        // Somebody holds a copy, and nobody can tell who is right: both lose it.
        await refreshTokens.revoke(token.id, at)
        throw refusal({ reason: 'refresh-token-rotated-out', facts })
      }
      if (finding.state === 'displaced') {
        const ended = finding.at.toISOString()
        throw refusal({ reason: 'refresh-token-displaced', facts: { ...facts, ended, most: mostRefreshTokens } })
      }
      if (state === 'revoked') {
        // Freezing a user or blocking an app ends tokens, too, and is what the caller has to know of.
        await userOfApp({ userId: token.userId, app, request, checks, relaxesAddress: true })
        throw refusal({ reason: 'refresh-token-revoked', facts })
      }
      pass(checks, 'refresh-token-known', { issued: facts.issued })
      checkKey(key, token.key, checks)
      const policies = await apps.findPolicies(app.id, token.orgId)
      if (policies !== undefined) checkPolicy(app, policies.refreshTokenPolicy, token, at)
      const { sourceIp } = request
      const isVerified = token.session.level === 'HIGH_ASSURANCE'
      const relaxesAddress =
        policies !== undefined && freesAddress({ app, policies, flow: 'refresh-token', sourceIp, isVerified })
      const user = await userOfApp({ userId: token.userId, app, request, checks, relaxesAddress }).catch(
        async (error) => {
          // As at Salesforce, a use counts even if nobody is let in.
          await refreshTokens.noteUse(token.id, at)
          throw error
        },
      )
      const partner = await partnerRules(app, user.org)
      if (partner.refreshTokenPolicy !== undefined) checkPolicy(app, partner.refreshTokenPolicy, token, at)
      pass(checks, 'refresh-token-policy')
      checkAssurance({ app, policies: user.policies, session: token.session }, checks)
      const scopes = narrowScopes(scope, token.scopes, app)
      pass(checks, 'scope', { scopes })
      await tellHandler({ app, ...user, context: contextOf(checks.flow) }, checks)
      return {
        app,
        policies: user.policies,
        org: user.org,
        user: user.user,
        scopes,
        source: {
          kind: 'refresh-token',
          refreshTokenId: token.id,
          hash: presented.hash,
          rotates:
            app.isRefreshTokenRotationEnabled ||
            partner.rotatesRefreshTokens ||
            (rotatesForPublicApps && method === 'none'),
          authTime: token.authTime,
          session: token.session,
        },
        loginSubType: 'OauthRefreshToken',
      }
    },
  }

  async function tellHandler(
    question: HandlerQuestion & { readonly app: ConnectedApp; readonly user: User },
    checks: Checklist,
  ): Promise<void> {
    const { app, user, policies } = question
    if (policies.plugin === undefined) return
    const word = await appHandlers.refresh(question)
    const facts = { app: app.label, user: user.username, handler: policies.plugin }
    if (!word.ok) throw refusal({ reason: 'app-handler-refused', facts: { ...facts, problem: word.problem } })
    pass(checks, 'app-handler', { handler: policies.plugin })
  }
}

/** A refresh token policy, as it is now. @throws {OAuthError} when the token is dead by it */
function checkPolicy(app: ConnectedApp, policy: RefreshTokenPolicy, token: RefreshToken, now: Date): void {
  const since = endedBy(policy, token, now)
  if (since === undefined) return
  const facts = { app: app.label, policy: writeRefreshTokenPolicy(policy), since: since.toISOString() }
  throw refusal({ reason: 'refresh-token-expired', facts })
}
