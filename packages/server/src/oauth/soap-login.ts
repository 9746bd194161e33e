import type { Clock } from '../clock.ts'
import type { AppAccess } from '../connected-apps/app-access.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import { isInForce } from '../releases/release-updates.ts'
import { RestError, type SoapLoginOff } from '../rest/error.ts'
import type { CheckCredentials, CredentialsRules } from '../sessions/credentials.ts'
import type { LoginHistoryStore } from '../sessions/login-history.ts'
import type { IssueTokens } from '../tokens/issue.ts'
import type { PermissionSetStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { OAuthError } from './error.ts'
import { type IsWorthARow, loginRateExceeded } from './login-rate.ts'
import { accessByPassword } from './password-access.ts'
import { credentialsRefusal, loginStatusOf, refusal } from './refusal.ts'

/** What a program sends to `login()` of the SOAP API, and where. */
export interface SoapLoginAttempt {
  readonly username: string | undefined
  readonly password: string | undefined
  /** Of the API, such as `60.0`. */
  readonly version: string
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
}

/** Who is signed in now. */
export interface SoapSession {
  readonly sessionId: string
  readonly org: Org
  readonly user: User
  /** The address of the org. */
  readonly instanceUrl: string
}

/** Signs a program in by the name and password of a user. @throws {OAuthError | RestError} when not */
export type SoapLogin = (attempt: SoapLoginAttempt, checks: Checklist) => Promise<SoapSession>

interface Needs {
  /** Whether this server has the call at all. */
  readonly isOffered: boolean
  readonly checkCredentials: CheckCredentials
  /** The app that the sessions are of. */
  readonly app: () => Promise<ConnectedApp>
  readonly appAccess: AppAccess
  readonly users: Pick<UserStore, 'noteLogin'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly issueTokens: IssueTokens
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly isWorthARow: IsWorthARow
  readonly onError: (error: unknown) => void
  readonly now: Clock
}

// Where the org does not let the call, its people hear so once their password was right: nobody else learns who they are.
const rules: CredentialsRules<never> = {
  by: 'program',
  refuse: () => undefined,
  freedBy: async () => undefined,
}

// The first version of the API without the call.
const endsWith = 65

/**
 * The call `login()` of the SOAP API: a name and a password, away from trusted addresses with the security token behind it,
 * for a session. The rules are those of the username-password flow, but that no connected app shows itself.
 */
export function soapLogin(needs: Needs): SoapLogin {
  const {
    isOffered,
    checkCredentials,
    app: findApp,
    users,
    issueTokens,
    loginHistory,
    isWorthARow,
    onError,
    now,
  } = needs
  return async (attempt, checks) => {
    try {
      return await signedIn(attempt, checks)
    } catch (error) {
      // Not waited for: the time must not tell whether there is such a user.
      if (error instanceof OAuthError || error instanceof RestError) noteFailure(error, attempt, checks).catch(onError)
      throw error
    }
  }

  async function signedIn(attempt: SoapLoginAttempt, checks: Checklist): Promise<SoapSession> {
    const { username, password, version, site, sourceIp, userAgent } = attempt
    if (!isOffered) throw off('server', version, undefined)
    if (Number(version) >= endsWith) throw off('version', version, undefined)
    // At its own address everybody may know what the org lets; elsewhere only who has shown to be of it (below).
    if (site.org !== undefined) requireAllowed(site.org, version)
    if (username === undefined || password === undefined) {
      const parameter = username === undefined ? 'username' : 'password'
      throw credentialsRefusal({ reason: 'credentials-missing', facts: { parameter } })
    }
    const checked = await checkCredentials({ username, password, site, sourceIp }, rules, checks)
    if (!checked.ok) throw credentialsRefusal(checked.refusal)
    const { org, user, profile, at } = checked
    requireAllowed(org, version)
    pass(checks, 'flow')
    const app = await findApp()
    checks.appId = app.id
    const policies = await accessByPassword(needs, { org, user, profile, app }, checks)
    pass(checks, 'scope', { scopes: app.scopes })
    await users.noteLogin(user.id, at)
    const source = { kind: 'soap-login' } as const
    const authorization = { app, policies, org, user, scopes: app.scopes, source, loginSubType: undefined }
    const issued = await issueTokens(authorization, {
      site,
      sourceIp,
      userAgent,
      secret: undefined,
      binding: undefined,
    })
    if (issued.outcome === 'replayed') throw new Error('There is nothing in a SOAP login that could be used twice.')
    if (issued.outcome === 'too-many-logins') throw refusal(loginRateExceeded({ user, org }, issued))
    pass(checks, 'login-rate')
    return { sessionId: issued.response.access_token, org, user, instanceUrl: issued.response.instance_url }
  }

  function requireAllowed(org: Org, version: string): void {
    if (isInForce('endSoapLogin', org.settings, now())) throw off('release', version, org)
    if (!org.settings.enableSoapLogin) throw off('org', version, org)
  }

  async function noteFailure(
    error: OAuthError | RestError,
    attempt: SoapLoginAttempt,
    checks: Checklist,
  ): Promise<void> {
    const { orgId, userId } = checks
    const status = error instanceof OAuthError ? loginStatusOf(error.refusal.reason) : 'Login invalid'
    const at = now()
    if (status === undefined || orgId === undefined || userId === undefined) return
    if (!isWorthARow(error.refusal.reason, userId, at)) return
    await loginHistory.add({
      orgId,
      userId,
      at,
      loginType: 'OtherApi',
      loginSubType: undefined,
      status,
      application: 'N/A',
      sourceIp: attempt.sourceIp,
      loginUrl: attempt.site.base,
      browser: attempt.userAgent,
    })
  }
}

function off(by: SoapLoginOff['by'], version: string, org: Org | undefined): RestError {
  return new RestError({ reason: 'soap-login-off', facts: { by, version, org: org?.name ?? '' } })
}
