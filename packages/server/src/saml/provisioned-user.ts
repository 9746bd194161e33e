import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import type { Problem } from '../problem.ts'
import { type RecordKind, readRecordId } from '../record-id.ts'
import { blankUser } from '../users/new-user.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserDetails, UserStore } from '../users/user.ts'
import { type UserLookups, userWithDetails } from '../users/user-details.ts'
import type { SamlError } from './saml-error.ts'
import type { SsoAssertion } from './sso-assertion.ts'
import { attributeOfField, type GivenUser, givenUser, unusable } from './user-attributes.ts'

/** What a sign-in makes of a user: nothing is written yet. */
export interface Provisioning {
  readonly before: User | undefined
  /** As they are to be. */
  readonly user: User
  /** `undefined` where all is as the assertion says already. */
  readonly write: UserWrite | undefined
}

/** A user to be made, or what is to change of one. */
export type UserWrite =
  | { readonly make: User }
  | { readonly change: Pick<User, 'id' | 'orgId'> & { readonly federationId: string }; readonly to: UserChanges }

/** What changes, and no more: what an admin changes at the same time is not undone. */
export type UserChanges = Partial<Pick<UserDetails, (typeof changeable)[number]>> & Pick<UserDetails, 'modifiedAt'>

const changeable = [
  'email',
  'firstName',
  'lastName',
  'nickname',
  'profileId',
  'isActive',
  'timeZone',
  'locale',
  'language',
  'country',
  'mobilePhone',
] as const

/** What finding out what becomes of a user needs. */
export interface ProvisioningNeeds {
  readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId'>
  readonly profiles: Pick<ProfileStore, 'find' | 'findByName' | 'list'>
  readonly permissionSets: UserLookups['permissionSets']
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Answers what an assertion that was found good makes of the user whom it names. @throws {SamlError} */
export type ProvisionedUser = (sso: SsoAssertion, org: Org) => Promise<Provisioning>

/**
 * Users of an org made, and brought up to date, by the attributes of an assertion (*Just-in-Time Provisioning*): of this org alone, by
 * their Federation ID alone, and never frozen, unfrozen or given permission sets.
 */
export function provisionedUser(needs: ProvisioningNeeds): ProvisionedUser {
  const { users, profiles, newId, now } = needs

  return async (sso, org) => {
    const { identity, config } = sso
    const before = await users.findByFederationId(org.id, identity)
    const given = givenUser(sso, before)
    const named = given.profile === undefined ? given : { ...given, profile: await profileName(org, given.profile) }
    const at = now()
    const start = before ?? blankUser(org, { id: newId('user'), username: given.username ?? '', now: at })
    const outcome = await userWithDetails(
      needs,
      start,
      before === undefined ? { ...named, federationId: identity } : named,
    )
    if (!outcome.ok) throw refusalOf(outcome.problems[0], named, sso)
    const user: User = { ...outcome.value, modifiedAt: at }
    if (user.federationId !== identity) {
      const problem = 'It has blanks at its beginning or end.'
      throw unusable(config.label, {
        attribute: attributeOfField('federationId'),
        found: identity,
        problem,
        details: 'USER_CREATION_API_ERROR',
      })
    }
    if (before === undefined) return { before, user, write: { make: user } }
    const changed = changeable.filter((field) => user[field] !== before[field])
    if (changed.length === 0) return { before, user: before, write: undefined }
    const to = { ...Object.fromEntries(changed.map((field) => [field, user[field]])), modifiedAt: at }
    return { before, user, write: { change: { id: before.id, orgId: org.id, federationId: identity }, to } }
  }

  /** The name of the profile that is meant, by its id or its name. */
  async function profileName(org: Org, text: string): Promise<string> {
    const profile = await profiles.find(readRecordId(text.trim()) ?? '')
    return profile?.orgId === org.id ? profile.name : text
  }
}

/** The first thing that is wrong, by the attribute that it comes from. */
function refusalOf(problem: Problem | undefined, given: GivenUser, { config, identity }: SsoAssertion): SamlError {
  const field = problem?.field ?? ''
  const values: Readonly<Record<string, unknown>> = { ...given, federationId: identity }
  const details = field === 'profile' ? 'PROFILE_NAME_LOOKUP_ERROR' : 'USER_CREATION_API_ERROR'
  const about = { attribute: attributeOfField(field), found: String(values[field] ?? ''), details } as const
  return unusable(config.label, { ...about, problem: problem?.message ?? '' })
}
