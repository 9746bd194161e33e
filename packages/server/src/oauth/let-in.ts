import { checkUser } from '../connected-apps/access.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Checklist } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { LoginAttempt, LoginHistoryStore } from '../sessions/login-history.ts'
import type { OpenSession } from '../sessions/open-session.ts'
import type { CheckPageUser } from '../sessions/page-user.ts'
import type { RelaxedSignIn } from '../sessions/relaxed-sign-in.ts'
import { checkSignInAddress } from '../sessions/sign-in-address.ts'
import type { SsoSession } from '../sessions/sso-session.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import { secondFactorOf } from '../users/second-factor.ts'
import type { User, UserStore } from '../users/user.ts'
import { OAuthError } from './error.ts'
import type { LoginPlace } from './failed-login.ts'
import { authorizeRefusal, loginStatusOf, refusal } from './refusal.ts'

/** Somebody for whom another vouches. */
export interface Vouched {
  readonly org: Org
  readonly user: User
  readonly place: LoginPlace
  /** The app that they are on the way to. */
  readonly app: ConnectedApp | undefined
  /** Whether users that verify their identity after a password do so after this, too. */
  readonly requireMfa: boolean
  readonly loginType: LoginAttempt['loginType']
  /** What a SAML assertion is to be remembered by; `undefined` where somebody else vouches. */
  readonly sso: SsoSession | undefined
}

/** A session that was opened for somebody. */
export interface LetIn {
  readonly user: User
  readonly cookie: string
  readonly awaitsVerification: boolean
}

interface Needs {
  readonly users: Pick<UserStore, 'noteLogin'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly checkPageUser: CheckPageUser
  readonly isRelaxed: (question: RelaxedSignIn) => Promise<boolean>
  readonly openSession: OpenSession
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

/** Opens sessions for people whom another has signed in, with every check that a password is followed by, and notes the attempt. */
export interface Admit {
  /** @throws {OAuthError} */
  letIn(vouched: Vouched, checks: Checklist): Promise<LetIn>
  /** Notes that somebody who is known was refused, where Salesforce has a word for the reason. */
  noteRefused(error: unknown, vouched: Pick<Vouched, 'place' | 'loginType'> & { readonly user: Whose }): void
}

type Whose = Pick<User, 'id' | 'orgId'>

/** {@link Admit} over the stores. */
export function vouchedSessions(needs: Needs): Admit {
  const { now } = needs
  return {
    async letIn(vouched, checks) {
      try {
        return await open(vouched, checks)
      } catch (error) {
        noteRefused(error, vouched)
        throw error
      }
    },
    noteRefused,
  }

  async function open(
    { org, user, place, app, requireMfa, loginType, sso }: Vouched,
    checks: Checklist,
  ): Promise<LetIn> {
    const { sourceIp } = place
    const at = now()
    const profile = await needs.profiles.find(user.profileId)
    if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
    const unwelcome = checkUser({ org, user, profile, now: at }, checks)
    if (unwelcome !== undefined) throw refusal(unwelcome)
    const apiOnly = await needs.checkPageUser(user, checks)
    if (apiOnly !== undefined) throw authorizeRefusal(apiOnly)
    const freedBy = async () =>
      app !== undefined && (await needs.isRelaxed({ app, org, user, sourceIp })) ? app : undefined
    const elsewhere = await checkSignInAddress({ profile, sourceIp }, freedBy, checks)
    if (elsewhere !== undefined) throw refusal(elsewhere)
    const secondFactor = await secondFactorOf(needs.permissionSets, user, profile)
    // Whoever vouches is trusted with multi-factor authentication, unless it is said; with what the profile wants they are not.
    const awaitsVerification = secondFactor === 'ProfilePolicy' || (requireMfa && secondFactor !== undefined)
    const [cookie] = await Promise.all([
      needs.openSession({ org, user, profile, at, sourceIp, awaitsVerification, sso }),
      ...(awaitsVerification ? [] : [needs.users.noteLogin(user.id, at)]),
      note(user, place, loginType, awaitsVerification ? 'Two-factor required' : 'Success'),
    ])
    return { user, cookie, awaitsVerification }
  }

  function noteRefused(error: unknown, { user, place, loginType }: Parameters<Admit['noteRefused']>[1]): void {
    const status = error instanceof OAuthError ? loginStatusOf(error.refusal.reason) : undefined
    if (status !== undefined) note(user, place, loginType, status).catch(needs.onError)
  }

  function note(
    user: Whose,
    { site, sourceIp, userAgent }: LoginPlace,
    loginType: LoginAttempt['loginType'],
    status: string,
  ): Promise<void> {
    return needs.loginHistory.add({
      orgId: user.orgId,
      userId: user.id,
      at: now(),
      loginType,
      loginSubType: undefined,
      status,
      application: 'Browser',
      sourceIp,
      loginUrl: site.base,
      browser: userAgent,
    })
  }
}
