import { type Checklist, pass } from '../journal/checklist.ts'
import { readToken } from '../secret.ts'
import type { AccessTokenStore } from '../tokens/access-token.ts'
import type { FindAccessToken } from '../tokens/bearer.ts'
import type { ShownTokens } from '../tokens/delete-token.ts'
import { type DeletionStores, findDeletion } from '../tokens/end-deletion.ts'
import { type RefreshTokenStore, refreshTokenShape } from '../tokens/refresh-token.ts'
import { hasFormOfToken } from '../tokens/token-form.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** How tokens are to be revoked that are none. */
export interface RevocationRules {
  /** A text that has the form of no token is refused; RFC 7009 §2.2 takes it for revoked. */
  readonly refusesStrangeTokens: boolean
}

interface Needs {
  readonly findAccessToken: FindAccessToken
  readonly accessTokens: Pick<AccessTokenStore, 'revoke'>
  readonly refreshTokens: Pick<RefreshTokenStore, 'find' | 'revoke'> & DeletionStores['refreshTokens']
  readonly approvals: DeletionStores['approvals']
  readonly shownTokens: Pick<ShownTokens, 'readDeleteToken'>
  readonly authenticateClient: ClientAuthentication
  readonly rules: RevocationRules
  readonly now: () => Date
}

/** Ends a token (RFC 7009). An unknown one is as good as ended, so it is no error; what is no token at all may be one. */
export type RevokeEndpoint = (request: TokenRequest, checks: Checklist) => Promise<void>

/**
 * The revoke endpoint. Salesforce asks for no client authentication; where credentials are given all the same, or the
 * name of the app alone, they must be right, and of the app that the token belongs to (RFC 7009 §2.1).
 */
export function revokeEndpoint(needs: Needs): RevokeEndpoint {
  const { findAccessToken, accessTokens, refreshTokens, shownTokens, authenticateClient, rules, now } = needs
  return async (request, checks) => {
    const text = request.parameters.get('token')
    if (text === undefined) throw refusal({ reason: 'token-missing', facts: {} })
    const client = saysWhoAsks(request) ? await authenticateClient(request, () => undefined, checks) : undefined
    const found = await findToken(text)
    if (found === undefined) {
      if (rules.refusesStrangeTokens && !hasFormOfToken(text)) {
        throw refusal({ reason: 'token-form-unknown', facts: {} })
      }
      pass(checks, 'token-ended', { was: 'unknown or ended before' })
      return
    }
    checks.orgId = found.orgId
    checks.userId = found.userId
    checks.appId = found.appId
    if (client !== undefined && client.app.id !== found.appId) {
      throw refusal({ reason: 'token-of-another-app', facts: { app: client.app.label } })
    }
    await found.revoke()
    pass(checks, 'token-ended', { was: found.kind })
  }

  async function findToken(text: string) {
    const at = now()
    const deletion = shownTokens.readDeleteToken(text)
    if (deletion !== undefined) {
      const found = await findDeletion(needs, deletion, at)
      return found === undefined ? undefined : { ...found, kind: 'delete token', revoke: () => found.end() }
    }
    const refreshToken = readToken(refreshTokenShape, text)
    if (refreshToken !== undefined) {
      const finding = await refreshTokens.find(refreshToken)
      if (finding.state === 'unknown') return undefined
      const { token } = finding
      return { ...token, kind: 'refresh token', revoke: () => refreshTokens.revoke(token.id, at) }
    }
    const finding = await findAccessToken(text, at)
    if (finding.state === 'unknown') return undefined
    const { token } = finding
    return { ...token, kind: 'access token', revoke: () => accessTokens.revoke(token.id, at) }
  }
}

function saysWhoAsks({ parameters, basic }: TokenRequest): boolean {
  return basic !== undefined || ['client_id', 'client_secret', 'client_assertion'].some((name) => parameters.has(name))
}
