import type { IpRange } from '../ip-range.ts'
import type { LoginHours } from './login-hours.ts'

/** What a profile or permission set may allow; Salesforce's API names. */
export const userPermissions = [
  'ApiEnabled',
  'ApiUserOnly',
  'ApproveUninstalledConnectedApps',
  'BypassMFAForUiLogins',
  'CustomizeApplication',
  'ForceTwoFactor',
  'ManageConnectedApps',
  'ManageUsers',
  'ModifyAllData',
  'TwoFactorApi',
  'UseAnyApiClient',
  'ViewAllData',
  'ViewSetup',
] as const

/** One permission of a user. */
export type UserPermission = (typeof userPermissions)[number]

/** What may be done with the records of an object; names of Salesforce's metadata. */
export interface ObjectPermission {
  /** API name. */
  readonly object: string
  readonly allowCreate: boolean
  readonly allowRead: boolean
  readonly allowEdit: boolean
  readonly allowDelete: boolean
}

/** What a user is, first of all: each has exactly one profile. */
export interface Profile {
  /** 18 characters, `00e…`. */
  readonly id: string
  readonly orgId: string
  /** Unique in its org. */
  readonly name: string
  readonly permissions: readonly UserPermission[]
  /** Where its users may sign in from; empty is anywhere. */
  readonly loginIpRanges: readonly IpRange[]
  /** When its users may sign in, and go on. */
  readonly loginHours: LoginHours
  /** Seconds without use after which its users' sessions end; `undefined` leaves it to the org. */
  readonly sessionTimeout: number | undefined
  /** *Session security level required at login*: whoever signs in verifies their identity besides. */
  readonly requiresHighAssurance: boolean
  readonly objectPermissions: readonly ObjectPermission[]
}

/** What a user may do besides the profile: any number of them. */
export interface PermissionSet {
  /** 18 characters, `0PS…`. */
  readonly id: string
  readonly orgId: string
  /** API name, unique in its org. */
  readonly name: string
  readonly label: string
  readonly permissions: readonly UserPermission[]
  readonly objectPermissions: readonly ObjectPermission[]
}

/** What would miss a profile or permission set if it were gone. */
export interface ProfileUse {
  /** How many users have it. */
  readonly users: number
  /** The labels of the connected apps that it opens, in the order of the alphabet. */
  readonly apps: readonly string[]
}

/** Keeps profiles. */
export interface ProfileStore {
  add(profile: Profile): Promise<void>
  find(id: string): Promise<Profile | undefined>
  findByName(orgId: string, name: string): Promise<Profile | undefined>
  list(orgId: string): Promise<readonly Profile[]>
  update(profile: Profile): Promise<void>
  useOf(profile: Pick<Profile, 'id' | 'orgId'>): Promise<ProfileUse>
  /** Deletes it; `false` when something uses it, or it is not there. Atomic: nobody gets it meanwhile. */
  delete(profile: Profile): Promise<boolean>
}

/** Keeps permission sets. */
export interface PermissionSetStore {
  add(permissionSet: PermissionSet): Promise<void>
  find(id: string): Promise<PermissionSet | undefined>
  findByName(orgId: string, name: string): Promise<PermissionSet | undefined>
  list(orgId: string): Promise<readonly PermissionSet[]>
  update(permissionSet: PermissionSet): Promise<void>
  useOf(permissionSet: Pick<PermissionSet, 'id' | 'orgId'>): Promise<ProfileUse>
  /** Deletes it; `false` when something uses it, or it is not there. Atomic: nobody gets it meanwhile. */
  delete(permissionSet: PermissionSet): Promise<boolean>
}

// What asks more of people, or less, is nobody's from the first.
const nobodys: ReadonlySet<UserPermission> = new Set([
  'ApiUserOnly',
  'BypassMFAForUiLogins',
  'ForceTwoFactor',
  'TwoFactorApi',
])
const adminPermissions = userPermissions.filter((one) => !nobodys.has(one))

const everything = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true }
const standardObjects = ['Account', 'Case', 'Contact', 'Event', 'Lead', 'Opportunity', 'Task']

/** The profiles that a new org is made with, as at Salesforce. */
export const standardProfiles: readonly Pick<Profile, 'name' | 'permissions' | 'objectPermissions'>[] = [
  { name: 'System Administrator', permissions: adminPermissions, objectPermissions: [] },
  {
    name: 'Standard User',
    permissions: ['ApiEnabled'],
    objectPermissions: standardObjects.map((object) => ({ object, ...everything })),
  },
  { name: 'Minimum Access - Salesforce', permissions: [], objectPermissions: [] },
]
