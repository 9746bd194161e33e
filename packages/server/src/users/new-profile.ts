import { didYouMean } from '../closest-name.ts'
import { requiredLineProblem, trimmed } from '../entered-text.ts'
import { type IpRange, ipRangeRule, isIpRange } from '../ip-range.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { anyTime, type LoginHours, loginHoursProblems } from './login-hours.ts'
import { type OwnAccessNeeds, ownAccessProblem } from './own-access.ts'
import {
  type ObjectPermission,
  type Profile,
  type ProfileStore,
  type UserPermission,
  userPermissions,
} from './profile.ts'

/** What an admin enters of a profile. What is left out stays as it is, or gets its default. */
export interface EnteredProfile {
  /** API names of permissions: all that the profile is to have. */
  readonly permissions?: readonly string[]
  readonly loginIpRanges?: readonly IpRange[]
  /** All of them. */
  readonly loginHours?: LoginHours
  /** Seconds; `undefined` leaves it to the org. */
  readonly sessionTimeout?: number | undefined
  readonly requiresHighAssurance?: boolean
  /** Every object that the profile opens, with what may be done with its records. */
  readonly objectPermissions?: readonly EnteredObjectPermission[]
}

/** What an admin enters of an object; what is left out is not allowed. */
export type EnteredObjectPermission = Partial<ObjectPermission> & Pick<ObjectPermission, 'object'>

interface Needs {
  readonly profiles: Pick<ProfileStore, 'findByName' | 'add'>
  readonly newId: (kind: RecordKind) => string
}

/** Makes a profile of an org; by default it permits nothing and lets in from anywhere. */
export async function newProfile(
  { profiles, newId }: Needs,
  org: Pick<Org, 'id'>,
  entered: EnteredProfile & { readonly name: string },
): Promise<Outcome<Profile>> {
  const name = trimmed(entered.name) ?? ''
  const message = requiredLineProblem(trimmed(name), 80)
  const taken = message === undefined ? await profiles.findByName(org.id, name) : undefined
  const problems: Problem[] = []
  if (message !== undefined) problems.push({ field: 'name', message })
  if (taken !== undefined) problems.push({ field: 'name', message: `This org has a profile “${name}” already.` })
  const blank: Profile = {
    id: newId('profile'),
    orgId: org.id,
    name,
    permissions: [],
    loginIpRanges: [],
    loginHours: anyTime,
    sessionTimeout: undefined,
    requiresHighAssurance: false,
    objectPermissions: [],
  }
  const profile = profileWith(blank, entered)
  if (!profile.ok) problems.push(...profile.problems)
  if (!profile.ok || problems.length > 0) return refused(...problems)
  await profiles.add(profile.value)
  return profile
}

/** Makes a profile that permits what another one of the org does (*Clone*). */
export function cloneProfile(
  needs: Needs,
  org: Pick<Org, 'id'>,
  { id, orgId, ...settings }: Profile,
  name: string,
): Promise<Outcome<Profile>> {
  return newProfile(needs, org, { ...settings, name })
}

/** Changes what was entered of a profile and leaves the rest. */
export async function changeProfile(
  needs: OwnAccessNeeds & { readonly profiles: Pick<ProfileStore, 'update'> },
  profile: Profile,
  entered: EnteredProfile,
): Promise<Outcome<Profile>> {
  const changed = profileWith(profile, entered)
  if (!changed.ok) return changed
  const lockout = await ownAccessProblem(needs, { profile: changed.value })
  if (lockout !== undefined) {
    return refused({ field: fieldOf[lockout.loses], message: lockout.message })
  }
  await needs.profiles.update(changed.value)
  return changed
}

const fieldOf = {
  activity: 'permissions',
  address: 'loginIpRanges',
  hours: 'loginHours',
  permissions: 'permissions',
} as const

/** The profile with what was entered put in, checked field by field. Nothing is written. */
export function profileWith(profile: Profile, entered: EnteredProfile): Outcome<Profile> {
  const problems: Problem[] = []
  const permissions =
    entered.permissions === undefined ? done(profile.permissions) : readPermissions(entered.permissions)
  if (!permissions.ok) problems.push(...permissions.problems)
  const loginIpRanges = entered.loginIpRanges ?? profile.loginIpRanges
  for (const [item, range] of loginIpRanges.entries()) {
    if (!isIpRange(range)) problems.push({ field: 'loginIpRanges', item, message: ipRangeRule })
  }
  const loginHours = entered.loginHours ?? profile.loginHours
  problems.push(...loginHoursProblems(loginHours))
  const sessionTimeout = 'sessionTimeout' in entered ? entered.sessionTimeout : profile.sessionTimeout
  if (
    sessionTimeout !== undefined &&
    !(Number.isInteger(sessionTimeout) && sessionTimeout >= 60 && sessionTimeout <= 86_400)
  ) {
    problems.push({ field: 'sessionTimeout', message: 'Enter a whole number of seconds from 60 to 86400.' })
  }
  const objectPermissions =
    entered.objectPermissions === undefined
      ? done(profile.objectPermissions)
      : readObjectPermissions(entered.objectPermissions)
  if (!objectPermissions.ok) problems.push(...objectPermissions.problems)
  if (!permissions.ok || !objectPermissions.ok || problems.length > 0) return refused(...problems)
  return done({
    ...profile,
    permissions: permissions.value,
    loginIpRanges,
    loginHours,
    sessionTimeout,
    requiresHighAssurance: entered.requiresHighAssurance ?? profile.requiresHighAssurance,
    objectPermissions: objectPermissions.value,
  })
}

/** Reads what may be done with the records of objects: each object once, and reading allowed where anything else is. */
export function readObjectPermissions(
  entered: readonly EnteredObjectPermission[],
): Outcome<readonly ObjectPermission[]> {
  const problems: Problem[] = []
  const read = entered.map(
    ({ object, allowCreate = false, allowRead = false, allowEdit = false, allowDelete = false }, item) => {
      const problem = (message: string) => problems.push({ field: 'objectPermissions', item, message })
      if (!/^[A-Za-z]\w{0,79}$/.test(object)) problem('Give the API name of an object, such as Account or Invoice__c.')
      if (entered.findIndex((one) => one.object === object) < item) problem(`“${object}” is listed already.`)
      if (!allowRead && (allowCreate || allowEdit || allowDelete)) {
        problem(`Who creates, edits or deletes records of “${object}” must read them, too: set allowRead.`)
      }
      if (allowDelete && !allowEdit) problem(`Who deletes records of “${object}” must edit them, too: set allowEdit.`)
      return { object, allowCreate, allowRead, allowEdit, allowDelete }
    },
  )
  return problems.length > 0 ? refused(...problems) : done(read)
}

/** Reads API names of permissions, each once and in the order of {@link userPermissions}. */
export function readPermissions(names: readonly string[]): Outcome<readonly UserPermission[]> {
  const problems: Problem[] = []
  const wanted = new Set<string>(names)
  const known: readonly string[] = userPermissions
  for (const [item, name] of names.entries()) {
    if (known.includes(name)) continue
    problems.push({
      field: 'permissions',
      item,
      message: `There is no permission “${name}”.${didYouMean(name, known)} Known are ${known.join(', ')}.`,
    })
  }
  return problems.length > 0 ? refused(...problems) : done(userPermissions.filter((name) => wanted.has(name)))
}
