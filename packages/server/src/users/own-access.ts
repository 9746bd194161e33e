import { isInRanges } from '../ip-range.ts'
import type { Org } from '../orgs/org.ts'
import { checkLoginHours } from './login-hours.ts'
import { permissionsOf } from './permissions.ts'
import type { PermissionSet, PermissionSetStore, Profile, ProfileStore } from './profile.ts'
import { missingFor } from './setup-rights.ts'
import type { User } from './user.ts'

/** The user who changes something in Setup, and where they sit, and when. */
export interface Actor {
  readonly user: User
  readonly sourceIp: string
  readonly org: Pick<Org, 'settings'>
  readonly at: Date
}

/** What acts need that could take their own actor's access away: who does it. A command and an org file are nobody, and lose nothing. */
export type OwnAccessNeeds =
  | { readonly actor: undefined }
  | {
      readonly actor: Actor
      readonly profiles: Pick<ProfileStore, 'find'>
      readonly permissionSets: Pick<PermissionSetStore, 'find'>
    }

/** Something as it is to be from now on. */
export type Change = { readonly user: User } | { readonly profile: Profile } | { readonly permissionSet: PermissionSet }

const askAnother = 'Have another admin do it.'

/** What of their own access an actor would lose, and that they may not, in words. */
export interface OwnAccessProblem {
  readonly loses: 'activity' | 'address' | 'hours' | 'permissions'
  readonly message: string
}

/**
 * What is wrong with a change that would lock its own actor out: whoever does it could not take it back. `undefined` when
 * they keep their access.
 */
export async function ownAccessProblem(needs: OwnAccessNeeds, change: Change): Promise<OwnAccessProblem | undefined> {
  if (needs.actor === undefined) return undefined
  const { actor, profiles, permissionSets } = needs
  const user = 'user' in change && change.user.id === actor.user.id ? change.user : actor.user
  if (!user.isActive) {
    const message = `You cannot deactivate yourself: you would be signed out, and could not come back. ${askAnother}`
    return { loses: 'activity', message }
  }

  const [before, after] = await Promise.all([profiles.find(actor.user.profileId), profiles.find(user.profileId)])
  if (before === undefined || after === undefined)
    throw new Error(`The user ${user.id} has a profile that is not there.`)
  const profile = 'profile' in change && change.profile.id === after.id ? change.profile : after
  const ranges = profile.loginIpRanges
  if (ranges.length > 0 && ranges !== before.loginIpRanges && !isInRanges(actor.sourceIp, ranges)) {
    return {
      loses: 'address',
      message: `You could not sign in again: your address, ${actor.sourceIp}, is in none of the login IP ranges of “${profile.name}”.`,
    }
  }
  const closed = profile.loginHours === before.loginHours ? undefined : checkLoginHours(profile, actor.org, actor.at)
  if (closed !== undefined) {
    const { now, timeZone } = closed.facts
    const message = `You would be signed out at once: it is ${now} in the org’s time zone, ${timeZone}, and outside the login hours of “${profile.name}”.`
    return { loses: 'hours', message }
  }
  const sets: Pick<PermissionSetStore, 'find'> = {
    find: async (id) =>
      'permissionSet' in change && change.permissionSet.id === id ? change.permissionSet : permissionSets.find(id),
  }
  const [had, has] = await Promise.all([
    permissionsOf(permissionSets, actor.user, before),
    permissionsOf(sets, user, profile),
  ])
  if (has.has('ApiUserOnly')) {
    const message = `You would be signed out at once, and could not come back: API Only Users open no page. ${askAnother}`
    return { loses: 'permissions', message }
  }
  const lost = missingFor('manage users', (permission) => has.has(permission) || !had.has(permission))
  if (lost.length === 0) return undefined
  const message = `This would take ${lost.join(' and ')} from yourself, and you could not give it back. ${askAnother}`
  return { loses: 'permissions', message }
}
