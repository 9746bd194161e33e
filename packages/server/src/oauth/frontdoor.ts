import { covers } from '../connected-apps/scope.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { hashSecret, randomText, readToken, tokenText } from '../secret.ts'
import type { CheckPageUser } from '../sessions/page-user.ts'
import { type SessionStore, sessionShape } from '../sessions/session.ts'
import { sessionOfToken } from '../sessions/token-session.ts'
import type { AccessToken } from '../tokens/access-token.ts'
import { type FrontdoorPassStore, frontdoorPassLifetime, frontdoorPassShape } from '../tokens/frontdoor-pass.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { authorizeRefusal, refusal } from './refusal.ts'

/** A live access token, and whose it is. */
export interface TokenHolder {
  readonly token: AccessToken
  readonly user: User
  readonly org: Org
}

/** A session for a browser, and the page that it begins with. */
export interface Opened {
  readonly cookie: string
  readonly startUrl: string
}

/** From an access token to a browser that goes on as its user. */
export interface Frontdoor {
  /**
   * Gives a URL that opens the page once, within a minute.
   * @param startUrl a path of ours
   * @throws {OAuthError}
   */
  singleAccess(holder: TokenHolder, startUrl: string, site: Site, checks: Checklist): Promise<string>
  /** Opens the page that such a URL leads to. @throws {OAuthError} */
  openByPass(otp: string, site: Site, sourceIp: string, checks: Checklist): Promise<Opened>
  /** Opens a page by the access token itself. @throws {OAuthError} */
  openByToken(holder: TokenHolder, startUrl: string, sourceIp: string, checks: Checklist): Promise<Opened>
}

interface Needs {
  readonly passes: Pick<FrontdoorPassStore, 'add' | 'use'>
  readonly sessions: Pick<SessionStore, 'add' | 'find'>
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly checkPageUser: CheckPageUser
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly now: () => Date
}

/** The path of the frontdoor. */
export const frontdoorPath = '/secur/frontdoor.jsp'

/** The frontdoor over the stores. Login flows and identity verification do not come in between, as at Salesforce. */
export function frontdoor(needs: Needs): Frontdoor {
  const { passes, sessions, users, orgs, profiles, addresses, now } = needs
  return {
    async singleAccess({ token, user, org }, startUrl, site, checks) {
      checkToken(token, checks)
      await checkUser(user, checks)
      const secret = randomText(frontdoorPassShape.length)
      const id = await passes.add({
        hash: hashSecret(secret),
        accessTokenId: token.id,
        orgId: token.orgId,
        userId: token.userId,
        appId: token.appId,
        level: token.sessionLevel,
        startUrl,
        issuedAt: now(),
      })
      const query = new URLSearchParams({ otp: tokenText(frontdoorPassShape, id, secret) })
      return `${addresses.baseOf(org, site)}${frontdoorPath}?${query}`
    },

    async openByPass(otp, site, sourceIp, checks) {
      const at = now()
      const presented = readToken(frontdoorPassShape, otp)
      const use = presented === undefined ? { state: 'unknown' as const } : await passes.use(presented, at)
      if (use.state === 'unknown') throw refusal({ reason: 'otp-unknown', facts: {} })
      const { pass: found } = use
      checks.orgId = found.orgId
      checks.userId = found.userId
      checks.appId = found.appId
      const issued = found.issuedAt.toISOString()
      if (use.state === 'used-before') throw refusal({ reason: 'otp-spent', facts: { issued } })
      if (at.getTime() - found.issuedAt.getTime() > frontdoorPassLifetime * 1000) {
        throw refusal({
          reason: 'otp-expired',
          facts: { issued, now: at.toISOString(), lifetime: frontdoorPassLifetime },
        })
      }
      const [user, org] = await Promise.all([users.find(found.userId), orgs.find(found.orgId)])
      if (user === undefined || org === undefined) throw refusal({ reason: 'otp-unknown', facts: {} })
      if (site.org !== undefined && site.org.id !== org.id) {
        throw refusal({ reason: 'token-of-another-org', facts: { org: site.org.name } })
      }
      pass(checks, 'otp')
      await checkUser(user, checks)
      const token = { id: found.accessTokenId, orgId: org.id, userId: user.id, sessionLevel: found.level }
      const cookie = await newSession(token, { user, org }, sourceIp, at)
      // The token may have ended while the browser started.
      if (cookie === undefined) throw refusal({ reason: 'token-revoked', facts: { issued } })
      return { cookie, startUrl: found.startUrl }
    },

    async openByToken({ token, user, org }, startUrl, sourceIp, checks) {
      checkToken(token, checks)
      await checkUser(user, checks)
      const cookie = await newSession(token, { user, org }, sourceIp, now())
      if (cookie === undefined) {
        throw refusal({ reason: 'token-revoked', facts: { issued: token.issuedAt.toISOString() } })
      }
      return { cookie, startUrl }
    },
  }

  /** @throws {OAuthError} `user-api-only` */
  async function checkUser(user: User, checks: Checklist): Promise<void> {
    const apiOnly = await needs.checkPageUser(user, checks)
    if (apiOnly !== undefined) throw authorizeRefusal(apiOnly)
  }

  /** The value of the cookie; `undefined` when the token had just ended, and the session with it. */
  async function newSession(
    token: Parameters<typeof sessionOfToken>[0],
    { user, org }: Pick<TokenHolder, 'user' | 'org'>,
    sourceIp: string,
    at: Date,
  ): Promise<string | undefined> {
    const profile = await profiles.find(user.profileId)
    const timeout = profile?.sessionTimeout ?? org.settings.sessionTimeout
    const { session, secret } = sessionOfToken(token, 'TempUIFrontdoor', {
      authTime: at,
      expiresAt: new Date(at.getTime() + timeout * 1000),
      timeout,
      sourceIp,
      epochs: { org: org.epoch, user: user.epoch },
    })
    const id = await sessions.add(session)
    const isLive = (await sessions.find({ id, hash: session.hash }, at)) !== undefined
    return isLive ? tokenText(sessionShape, id, secret) : undefined
  }
}

/** Pages need a scope of their own, and a token that is a session: a JWT is none, nor is one that is bound to a key. */
function checkToken({ scopes, format, key }: AccessToken, checks: Checklist): void {
  if (!covers(scopes, 'web')) throw refusal({ reason: 'scope-missing', facts: { needed: 'web', granted: scopes } })
  const kind = format === 'jwt' ? 'jwt' : key === undefined ? undefined : 'bound'
  if (kind !== undefined) throw refusal({ reason: 'token-opens-no-page', facts: { kind } })
  pass(checks, 'scope', { scopes })
}
