import { createHmac } from 'node:crypto'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { openConsumerSecret } from '../connected-apps/consumer-secret.ts'
import type { CustomClaimsOf } from '../connected-apps/custom-claims.ts'
import { refreshCutoffs } from '../connected-apps/refresh-policy.ts'
import { refreshScope } from '../connected-apps/scope.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import { noSession } from '../sessions/session.ts'
import { type OpeningToken, sessionOfToken } from '../sessions/token-session.ts'
import { identityUrl } from '../users/identity.ts'
import type { ProfileStore } from '../users/profile.ts'
import { type AccessTokenFormat, accessTokenShape } from './access-token.ts'
import type { Authorization } from './authorization.ts'
import { type HybridFields, hybridFields, hybridTypes } from './hybrid-sessions.ts'
import type { IdTokens } from './id-token.ts'
import type { Issuance, IssueStore, Purchase } from './issuance.ts'
import { jwtSessionShape, signJwtAccessToken } from './jwt-access-token.ts'
import type { KeyRing } from './key-ring.ts'
import { refreshTokenShape } from './refresh-token.ts'

/** What a token endpoint answers, by Salesforce's field names, in Salesforce's order. */
export interface TokenResponse extends HybridFields {
  readonly access_token: string
  readonly refresh_token?: string
  readonly signature?: string
  /** Salesforce leaves it out where a password was sent. */
  readonly scope?: string
  readonly id_token?: string
  readonly instance_url: string
  readonly id: string
  readonly token_type: 'Bearer' | 'DPoP'
  /** Said of JWTs alone, as is where they are used. */
  readonly token_format?: 'jwt'
  readonly api_instance_url?: string
  /** What came of a token exchange (RFC 8693 §2.2.1). */
  readonly issued_token_type?: typeof issuedTokenType
  /** Milliseconds since 1970, as text. */
  readonly issued_at?: string
  /** Seconds; Salesforce leaves it out for opaque tokens, whose end moves ahead. */
  readonly expires_in?: number
}

const issuedTokenType = 'urn:ietf:params:oauth:token-type:access_token' as const

/** Where and how the tokens were asked for. */
export interface IssueContext {
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
  /** The consumer secret that the client showed, if it did. */
  readonly secret: string | undefined
  /** The key that was proved, by its thumbprint, and whether the refresh token is bound to it as well. */
  readonly binding: { readonly key: string; readonly includesRefreshToken: boolean } | undefined
}

/** Tokens, or that somebody else was first with the same proof. */
export type IssueResult =
  | { readonly outcome: 'issued'; readonly response: TokenResponse; readonly displaced: number }
  | { readonly outcome: 'replayed' }
  | TooManyLogins

/** That the user has had as many logins as the org lets them have in an hour, and when they may have more. */
export interface TooManyLogins {
  readonly outcome: 'too-many-logins'
  readonly most: number
  readonly until: Date
}

/** Turns what a grant decided into tokens, stored before they are answered. */
export type IssueTokens = (authorization: Authorization, context: IssueContext) => Promise<IssueResult>

interface Needs {
  readonly store: IssueStore
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly idTokens: Pick<IdTokens, 'sign'>
  readonly customClaims: CustomClaimsOf
  /** What JWT-based access tokens are signed with. */
  readonly keys: () => Promise<KeyRing>
  readonly seal: Seal
  /** What the session cookie of an address is called. */
  readonly sessionCookieName: (base: string) => string
  /** Whether answers say `expires_in`, which Salesforce's do not. */
  readonly answersExpiresIn: boolean
  readonly now: () => Date
}

/** Issues an access token, and beside it what the grant and the scopes bring: refresh token, ID token, signature. */
export function issueTokens(needs: Needs): IssueTokens {
  const { store, profiles, addresses, idTokens, customClaims, keys, seal, sessionCookieName, answersExpiresIn, now } =
    needs
  return async (authorization, context) => {
    const { org, user, app, policies, scopes, source, opensWebViews } = authorization
    const { binding } = context
    const at = now()
    const profile = await profiles.find(user.profileId)
    const format: AccessTokenFormat = app.isNamedUserJwtEnabled ? 'jwt' : 'opaque'
    // The app's session timeout is for opaque tokens alone; JWTs have a policy of their own.
    const appTimeout = format === 'jwt' ? policies.namedUserJwtTimeout : policies.sessionTimeout
    const timeout = appTimeout ?? profile?.sessionTimeout ?? org.settings.sessionTimeout
    const expiresAt = new Date(at.getTime() + timeout * 1000)
    const shape = format === 'jwt' ? jwtSessionShape : accessTokenShape(org.id)
    const secret = randomText(shape.length)
    const refreshSecret = givesRefreshToken(authorization) ? randomText(refreshTokenShape.length) : undefined
    const authTime = 'authTime' in source ? source.authTime : at
    const session = 'session' in source ? source.session : noSession
    const opener = (type: ReturnType<typeof hybridTypes>[number]) => (token: OpeningToken) =>
      sessionOfToken(token, type, {
        authTime,
        expiresAt,
        timeout,
        sourceIp: context.sourceIp,
        epochs: { org: org.epoch, user: user.epoch },
      })
    const issuance: Issuance = {
      orgId: org.id,
      userId: user.id,
      appId: app.id,
      scopes,
      epochs: { org: org.epoch, user: user.epoch, app: policies.epoch },
      at,
      accessToken: { hash: hashSecret(secret), format, expiresAt, timeout, key: binding?.key },
      session,
      // Cookies need no key: whoever wants tokens that are worth nothing without one does not want these.
      opens: opensWebViews === true && binding === undefined ? hybridTypes(scopes).map(opener) : [],
      refreshToken:
        source.kind !== 'refresh-token' && refreshSecret !== undefined
          ? {
              hash: hashSecret(refreshSecret),
              authTime,
              policyCutoffs: refreshCutoffs(policies.refreshTokenPolicy, at),
              key: binding?.includesRefreshToken === true ? binding.key : undefined,
            }
          : undefined,
      login: {
        orgId: org.id,
        userId: user.id,
        at,
        loginType: source.kind === 'soap-login' ? 'OtherApi' : 'Oauth2',
        loginSubType: authorization.loginSubType,
        status: 'Success',
        application: source.kind === 'soap-login' ? 'N/A' : app.label,
        sourceIp: context.sourceIp,
        loginUrl: context.site.base,
        browser: context.userAgent,
      },
      mostLogins: org.settings.maxLoginsPerHour,
    }
    const purchase = await buy(issuance, source, refreshSecret)
    if (purchase.outcome === 'replayed') return purchase
    if (purchase.outcome === 'too-many-logins') return { ...purchase, until: nextHour(at) }

    const { accessTokenId, refreshTokenId } = purchase.issued
    const id = identityUrl(context.site.loginBase, user)
    const instanceUrl = addresses.baseOf(org, context.site)
    const accessToken =
      format === 'opaque'
        ? tokenText(shape, accessTokenId, secret)
        : await signJwtAccessToken(
            {
              org,
              userId: user.id,
              orgBase: instanceUrl,
              consumerKey: app.consumerKey,
              scopes,
              row: { id: accessTokenId, secret },
              key: binding?.key,
              issuedAt: at,
              expiresAt,
            },
            await keys(),
          )
    const response = {
      access_token: accessToken,
      ...(refreshSecret === undefined || refreshTokenId === undefined
        ? {}
        : { refresh_token: tokenText(refreshTokenShape, refreshTokenId, refreshSecret) }),
      ...(source.kind === 'assertion' ? {} : { signature: signatureOf(id, at, secretOf(app, context)) }),
      ...(source.kind === 'password' ? {} : { scope: scopes.join(' ') }),
      ...(givesIdToken(authorization)
        ? {
            id_token: await idTokens.sign({
              issuer: context.site.base,
              subject: id,
              orgBase: instanceUrl,
              app,
              user,
              customClaims: await customClaims(
                app,
                { user, org },
                {
                  attributes: app.idTokenConfig.includesAttributes,
                  permissions: app.idTokenConfig.includesCustomPermissions,
                  context: 'OPENIDCONNECT',
                },
              ),
              authTime,
              sid: session.sid,
              nonce: 'nonce' in source ? source.nonce : undefined,
              accessToken,
              at,
            }),
          }
        : {}),
      instance_url: instanceUrl,
      id,
      token_type: binding === undefined ? 'Bearer' : 'DPoP',
      ...(source.kind === 'token-exchange' ? { issued_token_type: issuedTokenType } : {}),
      ...(source.kind === 'assertion' ? {} : { issued_at: String(at.getTime()) }),
      // Where the API is: Salesforce has one address for all orgs, which is not this server's.
      ...(format === 'jwt' ? { token_format: format, api_instance_url: instanceUrl } : {}),
      ...(answersExpiresIn || format === 'jwt' ? { expires_in: timeout } : {}),
      ...hybridFields(purchase.issued.sessions, {
        orgBase: instanceUrl,
        cookieName: sessionCookieName(instanceUrl),
        sourceIp: context.sourceIp,
        orgId: org.id,
        userId: user.id,
      }),
    } as const
    return { outcome: 'issued', response, displaced: purchase.issued.displaced }
  }

  function buy(
    issuance: Issuance,
    source: Authorization['source'],
    refreshSecret: string | undefined,
  ): Promise<Purchase> {
    switch (source.kind) {
      case 'assertion':
        return store.forAssertion(issuance, source.id)
      case 'client-credentials':
      case 'password':
      case 'soap-login':
      case 'consent':
        return store.forAssertion(issuance, undefined)
      case 'token-exchange':
        return store.forAssertion(issuance, source.used)
      case 'code':
        return store.forCode(issuance, source.codeId)
      case 'device-code':
        return store.forDeviceCode(issuance, source.deviceCodeId)
      case 'refresh-token': {
        const newHash = refreshSecret === undefined ? undefined : hashSecret(refreshSecret)
        return store.forRefreshToken(issuance, { id: source.refreshTokenId, hash: source.hash, newHash })
      }
    }
  }

  function secretOf(app: ConnectedApp, { secret }: IssueContext): string {
    return secret ?? openConsumerSecret(seal, app)
  }
}

/** Where a person has signed in, and asked for it: at once, or by the scope for it. */
function givesIdToken({ source, scopes }: Authorization): boolean {
  if (source.kind === 'consent') return source.withIdToken
  return 'authTime' in source && scopes.includes('openid')
}

/** An assertion never brings a refresh token; a refresh does when it rotates; codes and exchanges do with the scope for it. */
function givesRefreshToken({ source, scopes }: Authorization): boolean {
  switch (source.kind) {
    case 'refresh-token':
      return source.rotates
    case 'consent':
      return source.withRefreshToken
    case 'code':
    case 'device-code':
    case 'token-exchange':
      return scopes.includes(refreshScope)
    default:
      return false
  }
}

/** Proves to whoever holds the consumer secret that `id` and `issued_at` come from here. */
function signatureOf(id: string, at: Date, secret: string): string {
  return createHmac('sha256', secret)
    .update(id + at.getTime())
    .digest('base64')
}

function nextHour(at: Date): Date {
  const hour = 3_600_000
  return new Date((Math.floor(at.getTime() / hour) + 1) * hour)
}
