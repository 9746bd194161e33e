import { type AccessRefusal, checkUser } from '../connected-apps/access.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { isInRanges } from '../ip-range.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import type { Passwords } from '../users/password.ts'
import type { Profile, ProfileStore } from '../users/profile.ts'
import { readSentPassword } from '../users/security-token.ts'
import { canonicalUsername, type User, type UserStore } from '../users/user.ts'
import type { ApiOnlyRefusal, CheckPageUser } from './page-user.ts'
import { checkSignInAddress } from './sign-in-address.ts'
import { countWrongPassword, type WrongPassword } from './wrong-password.ts'

/** A name and a password, and where they were given. */
export interface Credentials {
  readonly username: string
  readonly password: string
  readonly site: Site
  readonly sourceIp: string
}

/** Why nobody is let in with a name and a password. Whoever gave them is told one and the same thing for nearly all. */
export type CredentialsRefusal =
  | AccessRefusal
  | ApiOnlyRefusal
  | { readonly reason: 'username-unknown'; readonly facts: { readonly found: string } }
  | WrongPassword
  | { readonly reason: 'password-busy'; readonly facts: Record<never, never> }
  | {
      readonly reason: 'security-token-missing' | 'security-token-wrong'
      readonly facts: { readonly user: string; readonly address: string; readonly hasToken: 'yes' | 'no' }
    }

/** Who they are of, or why not. */
export type CredentialsCheck<Further = never> =
  | { readonly ok: true; readonly org: Org; readonly user: User; readonly profile: Profile; readonly at: Date }
  | {
      readonly ok: false
      readonly refusal: CredentialsRefusal | Further
      readonly known: Known | undefined
    }

/** Whose name it is. */
export interface Known {
  readonly org: Org
  readonly user: User
}

/** What the place where they were given asks besides. */
export interface CredentialsRules<Further> {
  /** A person, who goes on to pages; or a program: then a security token belongs behind the password, unless the address is trusted. */
  readonly by: 'person' | 'program'
  /** Whether the org lets its people come this way at all: asked before their password counts for or against them. */
  refuse(org: Org): Further | undefined
  /** The app that frees its users of the login IP ranges of their profile, if one does. */
  freedBy(known: Known): Promise<Pick<ConnectedApp, 'label'> | undefined>
}

/** Says whose a name and a password are, with lockout. */
export type CheckCredentials = <Further = never>(
  credentials: Credentials,
  rules: CredentialsRules<Further>,
  checks: Checklist,
) => Promise<CredentialsCheck<Further>>

/** What checking credentials needs. */
export interface CredentialsNeeds {
  readonly users: Pick<UserStore, 'findByUsername' | 'countFailure'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly checkPageUser: CheckPageUser
  readonly passwords: Pick<Passwords, 'verify'>
  readonly now: () => Date
}

/**
 * The one check of names and passwords, wherever they are given. Whatever is wrong, as much work is done before the
 * answer, so that neither words nor time tell which users exist.
 */
export function checkCredentials(needs: CredentialsNeeds): CheckCredentials {
  const { users, orgs, profiles, checkPageUser, passwords, now } = needs
  return async (credentials, rules, checks) => {
    const { site, sourceIp } = credentials
    const username = canonicalUsername(credentials.username)
    const before = await findHere(username, site)
    const isProgram = rules.by === 'program'
    const isTokenNeeded = isProgram && !(await isTrusted(before, sourceIp))
    const sent = isProgram
      ? readSentPassword(credentials.password, before?.user.securityTokenHash, isTokenNeeded)
      : { password: credentials.password, token: 'missing' as const }
    const verification = await passwords.verify(sent.password, before?.user.passwordHash)
    if (verification.outcome === 'busy') return failed({ reason: 'password-busy', facts: {} }, undefined)
    const at = now()
    // Asked again: while this password waited for its turn, other guesses may have locked the user out.
    const known = await findHere(username, site)
    if (known === undefined) {
      await writeAsMuch(at)
      return failed({ reason: 'username-unknown', facts: { found: shownUsername(username) } }, undefined)
    }
    const { org, user } = known
    checks.orgId = org.id
    checks.userId = user.id
    pass(checks, 'user-known', { user: user.username })
    const closed = rules.refuse(org)
    if (closed !== undefined) {
      await writeAsMuch(at)
      return failed(closed, known)
    }
    if (verification.outcome === 'wrong') return failed(await countWrongPassword(users, user, org, at), known)
    pass(checks, 'password')
    const profile = await profiles.find(user.profileId)
    if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
    const refusal =
      checkUser({ org, user, profile, now: at }, checks) ??
      (isProgram ? undefined : await checkPageUser(user, checks)) ??
      (await checkSignInAddress({ profile, sourceIp }, () => rules.freedBy(known), checks)) ??
      (isTokenNeeded && sent.token !== 'right' ? withoutToken(user, sent.token, sourceIp) : undefined)
    if (refusal !== undefined) {
      await writeAsMuch(at)
      return failed(refusal, known)
    }
    if (isProgram) pass(checks, 'security-token', { needed: isTokenNeeded ? 'yes' : 'no' })
    return { ok: true, org, user, profile, at }
  }

  /** The user of this name with their org, if they are of the org at whose address this is. */
  async function findHere(username: string, site: Site): Promise<Known | undefined> {
    const user = await users.findByUsername(username)
    const org = await orgs.find(user?.orgId ?? '')
    if (user === undefined || org === undefined) return undefined
    return site.org === undefined || site.org.id === org.id ? { org, user } : undefined
  }

  /** Inside of the ranges of their profile, or of their org, people are believed without more. */
  async function isTrusted(known: Known | undefined, sourceIp: string): Promise<boolean> {
    const profile = await profiles.find(known?.user.profileId ?? '')
    return (
      isInRanges(sourceIp, profile?.loginIpRanges ?? []) ||
      isInRanges(sourceIp, known?.org.settings.trustedIpRanges ?? [])
    )
  }

  /** A wrong password is written down; what is refused for another reason must not be answered the sooner for it. */
  async function writeAsMuch(at: Date): Promise<void> {
    await users.countFailure('', undefined, at)
  }
}

function withoutToken(user: User, token: 'wrong' | 'missing', address: string): CredentialsRefusal {
  const hasToken = user.securityTokenHash === undefined ? 'no' : 'yes'
  return { reason: `security-token-${token}`, facts: { user: user.username, address, hasToken } }
}

// People type passwords into the wrong field, and the journal must keep none: usernames have the form of an address.
function shownUsername(username: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(username) ? username.slice(0, 80) : 'a text without the form of a username'
}

function failed<Further>(refusal: CredentialsRefusal | Further, known: Known | undefined): CredentialsCheck<Further> {
  return { ok: false, refusal, known }
}
