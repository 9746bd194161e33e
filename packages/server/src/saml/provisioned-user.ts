import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import type { Problem } from '../problem.ts'
import { type RecordKind, readRecordId } from '../record-id.ts'
import { blankUser } from '../users/new-user.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserDetails, UserStore } from '../users/user.ts'
import { type UserLookups, userWithDetails } from '../users/user-details.ts'
import { type AskJitHandler, handlerFailed } from './jit-handlers.ts'
import { SamlError, shown } from './saml-error.ts'
import type { SsoAssertion } from './sso-assertion.ts'
import {
  attributeOfField,
  attributesOfUser,
  type GivenUser,
  givenUser,
  unusable,
  userFieldOf,
} from './user-attributes.ts'

/** What a sign-in makes of a user: nothing is written yet. */
export interface Provisioning {
  readonly before: User | undefined
  /** As they are to be. */
  readonly user: User
  /** `undefined` where all is as the assertion says already. */
  readonly write: UserWrite | undefined
  /** The user whose change it is told as in Setup Audit Trail; `undefined` for nobody's. */
  readonly by: string | undefined
}

/** A user to be made, or what is to change of one. */
export type UserWrite =
  | { readonly make: User }
  | { readonly change: Pick<User, 'id' | 'orgId' | 'federationId'>; readonly to: UserChanges }

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
  'federationId',
] as const

/** What finding out what becomes of a user needs. */
export interface ProvisioningNeeds {
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId'>
  readonly profiles: Pick<ProfileStore, 'find' | 'findByName' | 'list'>
  readonly permissionSets: UserLookups['permissionSets']
  readonly askJitHandler: AskJitHandler
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Answers what an assertion that was found good makes of the user whom it names. @throws {SamlError} */
export type ProvisionedUser = (sso: SsoAssertion, org: Org) => Promise<Provisioning>

/**
 * Users of an org made, and brought up to date, by the attributes of an assertion (*Just-in-Time Provisioning*), or by what the
 * handler of the settings says of them: of this org alone, and never frozen, unfrozen or given permission sets.
 */
export function provisionedUser(needs: ProvisioningNeeds): ProvisionedUser {
  const { users, profiles, askJitHandler, newId, now } = needs

  return async (sso, org) => {
    const { identity, config } = sso
    const before = await users.findByFederationId(org.id, identity)
    const { samlJitHandlerId: handler, executionUserId } = config
    if (handler === undefined) return { ...(await provisioningOf(sso, before, org)), by: undefined }
    const { id, fields } = await askJitHandler(sso, handler, before, org)
    const meant = before ?? (id === undefined ? undefined : await userWithId(id, sso, handler, org))
    const said = { ...sso, assertion: { ...sso.assertion, attributes: attributesOfUser(fields) } }
    try {
      return { ...(await provisioningOf(said, meant, org)), by: executionUserId }
    } catch (error) {
      throw error instanceof SamlError ? handlerFailed(sso, handler, saidWrong(error)) : error
    }
  }

  /** Somebody who is there, and whom a handler says to be who signs in. */
  async function userWithId(id: string, sso: SsoAssertion, handler: string, org: Org): Promise<User> {
    const user = await users.find(readRecordId(id) ?? '')
    if (user?.orgId === org.id) return user
    throw handlerFailed(sso, handler, `createUser answered the user ${shown(id)}, whom this org does not have`)
  }

  async function provisioningOf(
    sso: SsoAssertion,
    before: User | undefined,
    org: Org,
  ): Promise<Omit<Provisioning, 'by'>> {
    const { identity, config } = sso
    const given = givenUser(sso, before)
    const named = given.profile === undefined ? given : { ...given, profile: await profileName(org, given.profile) }
    const at = now()
    const start = before ?? blankUser(org, { id: newId('user'), username: given.username ?? '', now: at })
    const outcome = await userWithDetails(
      needs,
      start,
      before === undefined || isNamedAnew(sso) ? { ...named, federationId: identity } : named,
    )
    if (!outcome.ok) throw refusalOf(outcome.problems[0], named, sso)
    const user: User = { ...outcome.value, modifiedAt: at }
    if ((before === undefined || user.federationId !== before.federationId) && user.federationId !== identity) {
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
    const { id, orgId, federationId } = before
    return { before, user, write: { change: { id, orgId, federationId }, to } }
  }

  /** The name of the profile that is meant, by its id or its name. */
  async function profileName(org: Org, text: string): Promise<string> {
    const profile = await profiles.find(readRecordId(text.trim()) ?? '')
    return profile?.orgId === org.id ? profile.name : text
  }
}

/** Whether it is said that this is what the user is called from now on: who had it, has it already. */
function isNamedAnew({ assertion: { attributes } }: SsoAssertion): boolean {
  return attributes.has(attributeOfField('federationId'))
}

/** What is wrong with what a handler said, of the fields by the names that it has for them. */
function saidWrong({ refusal }: SamlError): string {
  switch (refusal.reason) {
    case 'saml-jit-attribute-missing':
      return `it answered a user without ${refusal.facts.missing.map(userFieldOf).join(', ')}`
    case 'saml-jit-attribute-invalid': {
      const { attribute, found, problem } = refusal.facts
      return `it answered ${userFieldOf(attribute)} “${found}”: ${problem}`
    }
    default:
      return refusal.reason
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
