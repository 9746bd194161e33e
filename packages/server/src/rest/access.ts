import type { ObjectPermission, PermissionSetStore, Profile, UserPermission } from '../users/profile.ts'
import type { User } from '../users/user.ts'
import { RestError } from './error.ts'
import type { SObject } from './object.ts'
import { type Schema, schemaOf } from './schema.ts'

/** What can be done with records. */
export type RecordAct = 'read' | 'create' | 'edit' | 'delete'

/** What a user may, by profile and permission sets together. */
export interface DataAccess {
  has(permission: UserPermission): boolean
  may(act: RecordAct, object: SObject): boolean
}

const allowing: Readonly<Record<RecordAct, keyof ObjectPermission>> = {
  read: 'allowRead',
  create: 'allowCreate',
  edit: 'allowEdit',
  delete: 'allowDelete',
}

/** What a user may do with the org's data. */
export async function dataAccessOf(
  permissionSets: Pick<PermissionSetStore, 'find'>,
  user: Pick<User, 'permissionSetIds'>,
  profile: Pick<Profile, 'permissions' | 'objectPermissions'>,
): Promise<DataAccess> {
  const sets = await Promise.all(user.permissionSetIds.map((id) => permissionSets.find(id)))
  const sources = [profile, ...sets.filter((set) => set !== undefined)]
  const has = (permission: UserPermission) => sources.some(({ permissions }) => permissions.includes(permission))
  return {
    has,
    may(act, { name, access }) {
      switch (access.to) {
        case 'everyone':
        case 'owner':
          return true
        case 'permission':
          return has(access.permission)
        case 'object-permission':
          if (has('ModifyAllData') || (act === 'read' && has('ViewAllData'))) return true
          return sources.some(({ objectPermissions }) =>
            objectPermissions.some((one) => one.object === name && one[allowing[act]] === true),
          )
      }
    },
  }
}

/** The objects that a user may read: to them there are no others. */
export function visibleTo(access: DataAccess, schema: Schema): Schema {
  const visible = schema.objects.filter((object) => access.may('read', object))
  return visible.length === schema.objects.length ? schema : narrowed(schema, new Set(visible))
}

function narrowed(schema: Schema, visible: ReadonlySet<SObject>): Schema {
  return {
    objects: schema.objects.filter((object) => visible.has(object)),
    find(name) {
      const object = schema.find(name)
      return object !== undefined && visible.has(object) ? object : undefined
    },
    childrenOf: (object) => schema.childrenOf(object).filter((child) => visible.has(child.object)),
  }
}

/** The objects of an org that has made none: those of every org. */
export const standardSchema: Schema = schemaOf([])

/** @throws {RestError} 403 `INSUFFICIENT_ACCESS_OR_READONLY` */
export function requireAct(access: DataAccess, act: Exclude<RecordAct, 'read'>, object: SObject): void {
  const operation = act === 'edit' ? 'update' : act
  if (!object.operations[operation]) {
    throw new RestError({ reason: 'object-read-only', facts: { object: object.name, act } })
  }
  if (!access.may(act, object)) {
    throw new RestError({ reason: 'object-permission-missing', facts: { object: object.name, act } })
  }
}
