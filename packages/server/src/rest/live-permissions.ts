import { keyPrefixes } from '../record-id.ts'
import { userPermissions } from '../users/profile.ts'
import { everyone, id, live, name, named, needing, shortId } from './live-object.ts'
import { type Field, field, reference, type SObject } from './object.ts'

const permissionFields: readonly Field[] = userPermissions.map((permission) =>
  field('boolean', `Permissions${permission}`, { isNillable: false }),
)

/**
 * Who may what. As at Salesforce each profile has a permission set of its own, which its users are assigned: one way to ask
 * who has something, whoever gives it.
 */
export const livePermissions: readonly SObject[] = [
  live('Profile', keyPrefixes.profile, everyone, [
    id(),
    name('Name'),
    field('picklist', 'UserType', { values: ['Standard'] }),
    ...permissionFields,
  ]),
  live('PermissionSet', keyPrefixes.permissionSet, everyone, [
    shortId(),
    field('string', 'Name', { label: 'Permission Set Name', length: 80, isNameField: true, isNillable: false }),
    field('string', 'Label', { label: 'Permission Set Label', length: 80, isNillable: false }),
    field('picklist', 'Type', { values: ['Regular', 'Profile'] }),
    field('boolean', 'IsCustom', { isNillable: false }),
    field('boolean', 'IsOwnedByProfile', { isNillable: false }),
    reference('ProfileId', ['Profile']),
    field('string', 'NamespacePrefix', { length: 15 }),
    ...permissionFields,
  ]),
  live(
    'PermissionSetAssignment',
    keyPrefixes.permissionSetAssignment,
    everyone,
    [
      shortId(),
      reference('PermissionSetId', ['PermissionSet'], {
        isNillable: false,
        isShortId: true,
        children: 'Assignments',
      }),
      reference('AssigneeId', ['User'], { isNillable: false, children: 'PermissionSetAssignments' }),
    ],
    { operations: { create: true, update: false, delete: true } },
  ),
  live('SetupEntityAccess', keyPrefixes.setupEntityAccess, needing('ViewSetup'), [
    shortId(),
    reference('ParentId', ['PermissionSet'], {
      isNillable: false,
      isShortId: true,
      children: 'SetupEntityAccessItems',
    }),
    field('id', 'SetupEntityId', { isNillable: false }),
    field('picklist', 'SetupEntityType', {
      values: ['ConnectedApplication', 'CustomPermission', 'ExternalClientApplication'],
    }),
  ]),
  live('CustomPermission', keyPrefixes.customPermission, needing('ViewSetup'), [
    id(),
    ...named(),
    field('string', 'Description'),
    field('boolean', 'IsProtected', { label: 'Protected Component', isNillable: false }),
    field('boolean', 'IsLicensed', { label: 'License Required', isNillable: false }),
  ]),
]
