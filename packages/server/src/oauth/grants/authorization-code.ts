import { z } from 'zod'
import type { ConnectedApp, ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { freesAddress } from '../../connected-apps/ip-relaxation.ts'
import { pass } from '../../journal/checklist.ts'
import { readToken } from '../../secret.ts'
import {
  type AuthorizationCode,
  type AuthorizationCodeStore,
  authorizationCodeShape,
} from '../../tokens/authorization-code.ts'
import { checkAssurance } from '../assurance.ts'
import { OAuthError } from '../error.ts'
import { checkVerifier, type PkceRules } from '../pkce.ts'
import { checkKey } from '../possession.ts'
import { type Reasons, refusal } from '../refusal.ts'
import type { TokenRequest } from '../token-request.ts'
import type { UserOfApp } from '../user-of-app.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs {
  readonly codes: Pick<AuthorizationCodeStore, 'find' | 'spend'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly userOfApp: UserOfApp
  /** Seconds from issue in which a code can be exchanged. */
  readonly codeLifetime: number
  readonly rules: PkceRules
  readonly now: () => Date
}

const params = z.object({ code: optionalText, redirect_uri: optionalText, code_verifier: optionalText })

/** OAuth 2.0 Web Server Flow, second half: the code that the browser brought back becomes tokens (RFC 6749 §4.1.3). */
export function authorizationCode({
  codes,
  apps,
  userOfApp,
  codeLifetime,
  rules,
  now,
}: Needs): Grant<z.infer<typeof params>> {
  return {
    type: 'authorization_code',
    client: 'authenticated',
    params,
    secretRequiredBy: (app) => (app.isConsumerSecretOptional ? undefined : 'Require Secret for Web Server Flow'),

    async authorize({ code: text, redirect_uri, code_verifier }, { app }, { request, checks, key }) {
      const at = now()
      if (text === undefined) throw refusal({ reason: 'code-missing', facts: {} })
      const presented = readToken(authorizationCodeShape, text)
      const finding = presented === undefined ? { state: 'unknown' as const } : await codes.find(presented)
      if (finding.state === 'unknown') throw refusal({ reason: 'code-unknown', facts: {} })
      const { code } = finding
      try {
        if (code.appId !== app.id) throw refusal({ reason: 'code-of-another-app', facts: { app: app.label } })
        const relaxesAddress = await isRelaxed(code, app, request)
        const { org, user, policies } = await userOfApp({ userId: code.userId, app, request, checks, relaxesAddress })
        if (finding.state === 'spent')
          throw refusal({ reason: 'code-spent', facts: { issued: code.issuedAt.toISOString() } })
        pass(checks, 'code-known')
        checkAssurance({ app, policies, session: code.session }, checks)
        checkAge(code, at)
        pass(checks, 'code-fresh')
        if (redirect_uri === undefined) throw refusal({ reason: 'redirect-uri-missing', facts: {} })
        if (redirect_uri !== code.redirectUri) {
          const facts = { found: redirect_uri.slice(0, 512), authorized: code.redirectUri }
          throw refusal({ reason: 'redirect-uri-changed', facts })
        }
        pass(checks, 'redirect-uri', { redirect_uri })
        const unproved = checkVerifier(code_verifier, code.codeChallenge, rules)
        if (unproved !== undefined) throw refusal(unproved)
        pass(checks, 'pkce', { used: code.codeChallenge !== undefined })
        checkKey(key, code.dpopKey, checks)
        pass(checks, 'scope', { scopes: code.scopes })
        return {
          app,
          policies,
          org,
          user,
          scopes: code.scopes,
          source: { kind: 'code', codeId: code.id, nonce: code.nonce, authTime: code.authTime, session: code.session },
          loginSubType: 'OauthWebServer',
        }
      } catch (error) {
        // A code gets one try: whoever shows it wrongly, or again, has it spoilt, and what it bought ends.
        if (error instanceof OAuthError) await codes.spend(code.id, at)
        throw error
      }
    },
  }

  async function isRelaxed(code: AuthorizationCode, app: ConnectedApp, { sourceIp }: TokenRequest): Promise<boolean> {
    const policies = await apps.findPolicies(app.id, code.orgId)
    const isVerified = code.session.level === 'HIGH_ASSURANCE'
    return policies !== undefined && freesAddress({ app, policies, flow: 'web-server', sourceIp, isVerified })
  }

  function checkAge(code: AuthorizationCode, at: Date): void {
    if (at.getTime() - code.issuedAt.getTime() <= codeLifetime * 1000) return
    const facts: Reasons['code-expired'] = {
      issued: code.issuedAt.toISOString(),
      now: at.toISOString(),
      lifetime: codeLifetime,
    }
    throw refusal({ reason: 'code-expired', facts })
  }
}
