import type { UserPermission } from './profile.ts'

/** Permissions that are all needed; where several stand together, any one of them. */
type Needed = readonly (UserPermission | readonly UserPermission[])[]

const manageApps = ['ViewSetup', 'CustomizeApplication', ['ModifyAllData', 'ManageConnectedApps']] as const

/** What people may do in Setup, and the permissions that it takes, as at Salesforce. */
export const setupRights = {
  /** One's own apps, sessions, password and history: whoever is signed in. */
  'personal settings': [],
  'view setup': ['ViewSetup'],
  /** Create, edit, delete, install and uninstall connected apps, and set their policies. */
  'manage connected apps': manageApps,
  /** *Connected Apps OAuth Usage*: who uses what; revoke and block. */
  'manage oauth usage': ['ViewSetup', 'ManageUsers'],
  /** Users, profiles and permission sets; also their sessions and Login History. */
  'manage users': ['ViewSetup', 'ManageUsers'],
  'manage certificates': ['ViewSetup', 'CustomizeApplication'],
  /** My Domain and what else holds for the whole org. */
  'manage the org': ['ViewSetup', 'CustomizeApplication', 'ModifyAllData'],
} as const satisfies Readonly<Record<string, Needed>>

/** Something that people may do in Setup. */
export type SetupRight = keyof typeof setupRights

/** What a person lacks for a right, in permissions' API names joined by `or`; empty when nothing is lacking. */
export function missingFor(right: SetupRight, has: (permission: UserPermission) => boolean): readonly string[] {
  const needed: Needed = setupRights[right]
  return needed
    .map((permission) => (typeof permission === 'string' ? [permission] : permission))
    .filter((anyOf) => !anyOf.some(has))
    .map((anyOf) => anyOf.join(' or '))
}
