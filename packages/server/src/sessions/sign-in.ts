import { type AccessRefusal, checkAddress, checkUser } from '../connected-apps/access.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import type { Passwords } from '../users/password.ts'
import { permissionsOf } from '../users/permissions.ts'
import type { PermissionSetStore, Profile, ProfileStore } from '../users/profile.ts'
import { canonicalUsername, type User, type UserStore } from '../users/user.ts'
import type { LoginHistoryStore } from './login-history.ts'
import type { RelaxedSignIn } from './relaxed-sign-in.ts'
import { type SessionStore, sessionShape } from './session.ts'
import { countWrongPassword, type WrongPassword } from './wrong-password.ts'

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

/** Why a sign-in failed. The person is told one and the same thing for all but `password-busy`. */
export type SignInRefusal =
  | AccessRefusal
  | { readonly reason: 'username-unknown'; readonly facts: { readonly found: string } }
  | WrongPassword
  | { readonly reason: 'password-busy'; readonly facts: Record<never, never> }

/** What signing in came to: the value of the session cookie, or a refusal. */
export type SignInResult =
  | {
      readonly ok: true
      readonly cookie: string
      readonly user: User
      /** Nobody is signed in until they have verified their identity. */
      readonly awaitsVerification: boolean
    }
  | { readonly ok: false; readonly refusal: SignInRefusal }

/** Signs people in with their password. */
export type SignIn = (attempt: SignInAttempt, checks: Checklist) => Promise<SignInResult>

interface Needs {
  readonly users: Pick<UserStore, 'findByUsername' | 'countFailure' | 'noteLogin'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  /** Whether the app that somebody is on the way to frees them of the login IP ranges. */
  readonly isRelaxed: (question: RelaxedSignIn) => Promise<boolean>
  readonly passwords: Pick<Passwords, 'verify'>
  readonly sessions: Pick<SessionStore, 'add'>
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

const statuses: Readonly<Partial<Record<SignInRefusal['reason'], string>>> = {
  'password-wrong': 'Invalid password',
  'user-locked': 'Password lockout',
  'user-inactive': 'User is inactive',
  'user-frozen': 'User is frozen',
  'org-inactive': 'Organization is inactive',
  'ip-restricted': 'Restricted IP',
}

/**
 * Password sign-in with lockout and Login History. Whatever is wrong, as much work is done before the answer, so that
 * neither words nor time tell which users exist.
 */
export function signIn(needs: Needs): SignIn {
  const { users, orgs, profiles, permissionSets, isRelaxed, passwords, sessions, loginHistory, onError, now } = needs
  return async (attempt, checks) => {
    const username = canonicalUsername(attempt.username)
    const known = await findHere(username, attempt.site)
    const verification = await passwords.verify(attempt.password, known?.passwordHash)
    if (verification.outcome === 'busy') return refused({ reason: 'password-busy', facts: {} })
    const at = now()
    // Asked again: while this password waited for its turn, other guesses may have locked the user out.
    const user = await findHere(username, attempt.site)
    const org = await orgs.find(user?.orgId ?? '')
    if (user === undefined || org === undefined) {
      await writeAsMuch(at)
      return refused({ reason: 'username-unknown', facts: { found: shownUsername(username) } })
    }
    checks.orgId = org.id
    checks.userId = user.id
    pass(checks, 'user-known', { user: user.username })
    if (verification.outcome === 'wrong')
      return failed(user, org, attempt, await countWrongPassword(users, user, org, at))
    pass(checks, 'password')
    const profile = await profiles.find(user.profileId)
    if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
    const refusal =
      checkUser({ org, user, now: at }, checks) ?? (await addressRefusal(attempt, { org, user, profile }, checks))
    if (refusal !== undefined) {
      await writeAsMuch(at)
      return failed(user, org, attempt, refusal)
    }

    const permissions = await permissionsOf(permissionSets, user, profile)
    const awaitsVerification = permissions.has('ForceTwoFactor') && !permissions.has('BypassMFAForUiLogins')
    const timeout = profile.sessionTimeout ?? org.settings.sessionTimeout
    const secret = randomText(sessionShape.length)
    const [id] = await Promise.all([
      sessions.add({
        hash: hashSecret(secret),
        orgId: org.id,
        userId: user.id,
        authTime: at,
        expiresAt: new Date(at.getTime() + timeout * 1000),
        timeout,
        sourceIp: attempt.sourceIp,
        level: 'STANDARD',
        awaitsVerification,
        sid: randomText(22),
        formSecret: randomText(32),
        epochs: { org: org.epoch, user: user.epoch },
      }),
      ...(awaitsVerification ? [] : [users.noteLogin(user.id, at)]),
      note(user, org, attempt, awaitsVerification ? 'Two-factor required' : 'Success', at),
    ])
    return { ok: true, cookie: tokenText(sessionShape, id, secret), user, awaitsVerification }
  }

  async function addressRefusal(
    { app, sourceIp }: SignInAttempt,
    { org, user, profile }: { readonly org: Org; readonly user: User; readonly profile: Profile },
    checks: Checklist,
  ): Promise<AccessRefusal | undefined> {
    const elsewhere = checkAddress({ profile, sourceIp }, checks)
    if (elsewhere === undefined || app === undefined) return elsewhere
    if (!(await isRelaxed({ app, org, user, sourceIp }))) return elsewhere
    pass(checks, 'address', { address: sourceIp, relaxedBy: app.label })
    return undefined
  }

  /** The user of this name, if they are of the org at whose address this is. */
  async function findHere(username: string, { org }: Site): Promise<User | undefined> {
    const user = await users.findByUsername(username)
    return user !== undefined && (org === undefined || org.id === user.orgId) ? user : undefined
  }

  /** A wrong password is written down; what is refused for another reason must not be answered the sooner for it. */
  async function writeAsMuch(at: Date): Promise<void> {
    await users.countFailure('', undefined, at)
  }

  function failed(user: User, org: Org, attempt: SignInAttempt, refusal: SignInRefusal): SignInResult {
    // Not waited for: an unknown user has no such row, and the time must not tell.
    note(user, org, attempt, statuses[refusal.reason] ?? 'Login invalid', now()).catch(onError)
    return refused(refusal)
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

// People type passwords into the wrong field, and the journal must keep none: usernames have the form of an address.
function shownUsername(username: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(username) ? username.slice(0, 80) : 'a text without the form of a username'
}

function refused(refusal: SignInRefusal): SignInResult {
  return { ok: false, refusal }
}
