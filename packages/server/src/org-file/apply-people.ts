import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { type Weekday, weekdays } from '../time-zone.ts'
import { changeUser } from '../users/change-user.ts'
import type { DayHours, LoginHours } from '../users/login-hours.ts'
import { checkPassword, type EnteredPassword, setPassword } from '../users/new-password.ts'
import { changePermissionSet, newPermissionSet, permissionSetWith } from '../users/new-permission-set.ts'
import { changeProfile, newProfile, profileWith } from '../users/new-profile.ts'
import { newUser } from '../users/new-user.ts'
import { canonicalUsername, type User } from '../users/user.ts'
import { userWithDetails } from '../users/user-details.ts'
import { type Applied, type ApplyNeeds, both, changedIf, isSame, was } from './applied.ts'
import type { PermissionSetEntry, ProfileEntry, UserEntry } from './org-file.ts'
import type { Path } from './yaml-text.ts'

/** Makes a profile, or changes what differs of it. */
export async function applyProfile(needs: ApplyNeeds, org: Org, entry: ProfileEntry): Promise<Outcome<Applied>> {
  const { name, loginHours, sessionTimeout, requiredSessionLevel, ...others } = entry
  const hours = loginHours === undefined ? done({}) : enteredHours(loginHours)
  if (!hours.ok) return hours
  const entered = {
    ...others,
    ...hours.value,
    ...(sessionTimeout === undefined ? {} : { sessionTimeout: sessionTimeout * 60 }),
    ...(requiredSessionLevel === undefined ? {} : { requiresHighAssurance: requiredSessionLevel === 'HIGH_ASSURANCE' }),
  }
  const profile = await needs.profiles.findByName(org.id, name)
  if (profile === undefined) {
    const made = await newProfile(needs, org, { ...entered, name })
    // Refused for another reason than its name, it is there for whoever names it: one mistake is told once.
    if (!made.ok) await newProfile(needs, org, { name })
    return was('created', made)
  }
  return changedIf(profile, profileWith(profile, entered), isSame, () =>
    changeProfile({ ...needs, actor: undefined }, profile, entered),
  )
}

/** Login hours in the words of the acts: a day has both its ends, or neither. */
function enteredHours(entry: NonNullable<ProfileEntry['loginHours']>): Outcome<{ readonly loginHours: LoginHours }> {
  const hours: Partial<Record<Weekday, DayHours>> = {}
  for (const day of weekdays) {
    const { [`${day}Start` as const]: from, [`${day}End` as const]: until } = entry
    if (from === undefined && until === undefined) continue
    if (from === undefined || until === undefined) {
      const message = `Give both, ${day}Start and ${day}End.`
      return refused({ field: `loginHours.${day}${from === undefined ? 'End' : 'Start'}`, message })
    }
    hours[day] = { from, until }
  }
  return done({ loginHours: hours })
}

/** Where in a profile's entry the field stands that an act finds fault with. */
export function profileFieldPath({ field, item }: Problem): Path {
  const [first = '', day] = field.split('.')
  const within = day === undefined ? [] : [weekdays.some((one) => one === day) ? `${day}End` : day]
  return [first, ...within, ...(item === undefined ? [] : [item])]
}

/** Makes a permission set, or changes what differs of it. */
export async function applyPermissionSet(
  needs: ApplyNeeds,
  org: Org,
  entry: PermissionSetEntry,
): Promise<Outcome<Applied>> {
  const permissionSet = await needs.permissionSets.findByName(org.id, entry.name)
  if (permissionSet === undefined) {
    const made = await newPermissionSet(needs, org, entry)
    if (!made.ok) await newPermissionSet(needs, org, { name: entry.name })
    return was('created', made)
  }
  return changedIf(permissionSet, permissionSetWith(permissionSet, entry), isSame, () =>
    changePermissionSet({ ...needs, actor: undefined }, permissionSet, entry),
  )
}

/** Makes a user, or changes what differs of them, the password too if one is given and is not theirs. */
export async function applyUser(needs: ApplyNeeds, org: Org, entry: UserEntry): Promise<Outcome<Applied>> {
  const { password, passwordHash, ...entered } = entry
  const user = await needs.users.findByUsername(canonicalUsername(entry.username))
  if (user === undefined || user.orgId !== org.id) return was('created', await newUser(needs, org, entry))
  const details = await changedIf(user, await userWithDetails(needs, user, entered), isSame, () =>
    changeUser({ ...needs, actor: undefined }, user, entered),
  )
  const secret = await applyPassword(needs, org, user, {
    ...(password === undefined ? {} : { password }),
    ...(passwordHash === undefined ? {} : { passwordHash }),
  })
  return both(details, secret)
}

async function applyPassword(
  needs: ApplyNeeds,
  org: Org,
  user: User,
  entered: EnteredPassword,
): Promise<Outcome<Applied>> {
  const { password, passwordHash } = entered
  if (password === undefined && passwordHash === undefined) return done('unchanged')
  const check = checkPassword(org, user.username, entered)
  if (!check.ok) return check
  if (passwordHash !== undefined && passwordHash === user.passwordHash) return done('unchanged')
  if (password !== undefined && user.passwordHash !== undefined) {
    const { outcome } = await needs.passwords.verify(password, user.passwordHash)
    if (outcome === 'right') return done('unchanged')
    if (outcome === 'busy')
      return refused({ field: 'password', message: 'Too many passwords are being checked just now.' })
  }
  return was('changed', await setPassword(needs, org, user, entered))
}
