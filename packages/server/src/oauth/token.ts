import { mostRefreshTokens } from '../connected-apps/approval.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { OauthLoginSubType } from '../sessions/login-history.ts'
import { type AssetTokenResponse, issueAssetToken } from '../tokens/asset-token.ts'
import type { Authorization } from '../tokens/authorization.ts'
import type { Dpop } from '../tokens/dpop.ts'
import type { IssueTokens, TokenResponse } from '../tokens/issue.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { OAuthError } from './error.ts'
import { exchangeGrantType, hybridExchangeGrantType } from './exchanged-token.ts'
import type { NoteFailedLogin } from './failed-login.ts'
import type { OfferedGrant } from './grants/grant.ts'
import { loginRateExceeded } from './login-rate.ts'
import { proofOf, spendProof } from './possession.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

interface Needs {
  readonly grants: readonly OfferedGrant[]
  readonly authenticateClient: ClientAuthentication
  readonly issueTokens: IssueTokens
  readonly dpop: Dpop
  readonly noteFailedLogin: NoteFailedLogin
  readonly onError: (error: unknown) => void
}

/** The token endpoint: the steps that every grant shares, where none can forget them. */
export type TokenEndpoint = (request: TokenRequest, checks: Checklist) => Promise<TokenResponse | AssetTokenResponse>

/** Finds the grant, authenticates the client, lets the grant decide, issues, and notes every attempt in Login History. */
export function tokenEndpoint({
  grants,
  authenticateClient,
  issueTokens,
  dpop,
  noteFailedLogin,
  onError,
}: Needs): TokenEndpoint {
  const byType = new Map(grants.map((grant) => [grant.type, grant]))
  const offered = [...byType.keys()]

  return async (request, checks) => {
    try {
      const found = findGrant(request, checks)
      const grant = (await found.chosenFor?.(request)) ?? found
      // Before anything is spent that the client would have to make anew for the nonce that it may be told.
      const proof = proofOf(request, dpop)
      const client =
        grant.secretRequiredBy === undefined
          ? undefined
          : await authenticateClient(request, grant.secretRequiredBy, checks)
      await spendProof(proof, dpop, checks)
      const key = proof?.thumbprint
      const authorization = await grant.authorize(client, { request, checks, key })
      if ('assetToken' in authorization) return issueAssetToken(authorization)
      // Whoever has a secret has to show it with a refresh token: the others are held to their key (RFC 9449 §5).
      const binding = key === undefined ? undefined : { key, includesRefreshToken: client?.method === 'none' }
      const result = await issueTokens(authorization, { ...request, secret: client?.secret, binding })
      if (result.outcome === 'replayed') throw replayed(authorization)
      if (result.outcome === 'too-many-logins') throw refusal(loginRateExceeded(authorization, result))
      pass(checks, 'login-rate')
      if (result.displaced > 0) pass(checks, 'approvals-kept', { ended: result.displaced, most: mostRefreshTokens })
      const { token_format, expires_in = 0 } = result.response
      if (token_format === 'jwt') pass(checks, 'token-format', { format: 'JWT', lasts: expires_in })
      return result.response
    } catch (error) {
      // Not waited for: the time must not tell whether there is such a user.
      if (error instanceof OAuthError) {
        noteFailedLogin(error.refusal, request, checks, loginSubTypes.get(checks.flow ?? '')).catch(onError)
      }
      throw error
    }
  }

  function findGrant({ parameters }: TokenRequest, checks: Checklist): OfferedGrant {
    const type = parameters.get('grant_type')
    checks.flow = type?.slice(0, 128)
    const grant = byType.get(type ?? '')
    if (grant === undefined) {
      throw refusal({ reason: 'grant-type-unknown', facts: { found: type?.slice(0, 128) ?? 'none', offered } })
    }
    pass(checks, 'grant-type', { grant_type: grant.type })
    // Of the drafts: a token with which requests are signed. There are none here.
    const secretType = parameters.get('secret_type')
    if (secretType !== undefined) {
      throw refusal({ reason: 'secret-type-unsupported', facts: { found: secretType.slice(0, 128) } })
    }
    return grant
  }
}

// What Login History calls the attempts of a grant; Salesforce has no name for the bearer assertions.
const loginSubTypes: ReadonlyMap<string, OauthLoginSubType> = new Map([
  ['authorization_code', 'OauthWebServer'],
  ['refresh_token', 'OauthRefreshToken'],
  ['password', 'OauthUsernamePassword'],
  ['client_credentials', 'OauthClientCredentials'],
  [exchangeGrantType, 'OauthTokenExchange'],
  ['hybrid_auth_code', 'OauthHybridWebServer'],
  ['hybrid_refresh', 'OauthHybridRefreshToken'],
  [hybridExchangeGrantType, 'OauthHybridTokenExchange'],
])

function replayed(authorization: Authorization): OAuthError {
  const { source } = authorization
  const refused = refusal(replayOf(authorization))
  return source.kind === 'assertion' && source.page !== undefined ? refused.seeAlso(source.page) : refused
}

/** Of two callers with one proof, what the slower one is told. */
function replayOf({ app, source }: Authorization): Refusal {
  const now = 'a moment ago'
  switch (source.kind) {
    case 'client-credentials':
    case 'password':
    case 'soap-login':
    case 'consent':
      throw new Error(`There is nothing in ${source.kind} that could be used twice.`)
    case 'token-exchange':
      return { reason: 'subject-token-replayed', facts: { handler: source.handler } }
    case 'assertion':
      return { reason: source.format === 'saml' ? 'saml-replayed' : 'assertion-replayed', facts: { app: app.label } }
    case 'device-code':
      return { reason: 'device-code-spent', facts: { issued: now } }
    case 'code':
      return { reason: 'code-spent', facts: { issued: now } }
    case 'refresh-token':
      return { reason: 'refresh-token-rotated-out', facts: { app: app.label, issued: now } }
  }
}
