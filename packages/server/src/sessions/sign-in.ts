import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Checklist } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import type { PermissionSetStore } from '../users/profile.ts'
import { secondFactorOf } from '../users/second-factor.ts'
import type { User, UserStore } from '../users/user.ts'
import type { CheckCredentials, CredentialsRefusal, CredentialsRules } from './credentials.ts'
import type { LoginHistoryStore } from './login-history.ts'
import type { OpenSession } from './open-session.ts'
import type { RelaxedSignIn } from './relaxed-sign-in.ts'

/** What somebody typed, and where. */
export interface SignInAttempt {
  readonly username: string
  readonly password: string
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
  /** The app that the person is on the way to. */
  readonly app: ConnectedApp | undefined
}

/** What signing in came to: the value of the session cookie, or a refusal. */
export type SignInResult =
  | {
      readonly ok: true
      readonly cookie: string
      readonly user: User
      /** Nobody is signed in until they have verified their identity. */
      readonly awaitsVerification: boolean
    }
  | { readonly ok: false; readonly refusal: CredentialsRefusal }

/** Signs people in with their password. */
export type SignIn = (attempt: SignInAttempt, checks: Checklist) => Promise<SignInResult>

interface Needs {
  readonly checkCredentials: CheckCredentials
  readonly users: Pick<UserStore, 'noteLogin'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  /** Whether the app that somebody is on the way to frees them of the login IP ranges. */
  readonly isRelaxed: (question: RelaxedSignIn) => Promise<boolean>
  readonly openSession: OpenSession
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

const statuses: Readonly<Partial<Record<CredentialsRefusal['reason'], string>>> = {
  'password-wrong': 'Invalid password',
  'user-locked': 'Password lockout',
  'user-inactive': 'User is inactive',
  'user-frozen': 'User is frozen',
  'org-inactive': 'Organization is inactive',
  'ip-restricted': 'Restricted IP',
  'login-hours': 'Restricted time',
  'user-api-only': 'Failed: API-only user',
}

/** Password sign-in: a session for whom the credentials are of, and a row in Login History for right and wrong ones. */
export function signIn(needs: Needs): SignIn {
  const { checkCredentials, users, permissionSets, isRelaxed, openSession, loginHistory, onError, now } = needs
  return async (attempt, checks) => {
    const checked = await checkCredentials(attempt, passwordAlone(attempt), checks)
    if (!checked.ok) {
      const { refusal, known } = checked
      // Not waited for: an unknown user has no such row, and the time must not tell.
      if (known !== undefined) {
        note(known.user, known.org, attempt, statuses[refusal.reason] ?? 'Login invalid', now()).catch(onError)
      }
      return { ok: false, refusal }
    }
    const { org, user, profile, at } = checked
    const awaitsVerification = (await secondFactorOf(permissionSets, user, profile)) !== undefined
    const [cookie] = await Promise.all([
      openSession({ org, user, profile, at, sourceIp: attempt.sourceIp, awaitsVerification, sso: undefined }),
      ...(awaitsVerification ? [] : [users.noteLogin(user.id, at)]),
      note(user, org, attempt, awaitsVerification ? 'Two-factor required' : 'Success', at),
    ])
    return { ok: true, cookie, user, awaitsVerification }
  }

  function passwordAlone({ app, sourceIp }: SignInAttempt): CredentialsRules<never> {
    return {
      by: 'person',
      refuse: () => undefined,
      freedBy: async ({ org, user }) =>
        app !== undefined && (await isRelaxed({ app, org, user, sourceIp })) ? app : undefined,
    }
  }

  function note(user: User, org: Org, attempt: SignInAttempt, status: string, at: Date): Promise<void> {
    return loginHistory.add({
      orgId: org.id,
      userId: user.id,
      at,
      loginType: 'Application',
      loginSubType: 'UsernamePasswordUiLogin',
      status,
      application: 'Browser',
      sourceIp: attempt.sourceIp,
      loginUrl: attempt.site.base,
      browser: attempt.userAgent,
    })
  }
}
