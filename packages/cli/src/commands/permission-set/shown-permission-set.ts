import type { PermissionSet } from '@sallyport/server'
import { details } from '../../table.ts'
import type { Style } from '../../terminal.ts'
import { linesOf, objectText } from '../permission-options.ts'

/** A permission set for programs. */
export function permissionSetJson({ orgId, ...permissionSet }: PermissionSet, org: string) {
  return { ...permissionSet, org }
}

/** A permission set for people. */
export function permissionSetText(permissionSet: PermissionSet, org: string, style: Style): string {
  const { name, label, id, permissions, objectPermissions } = permissionSet
  return details(
    {
      Name: name,
      Label: label,
      Id: id,
      Org: org,
      Permissions: linesOf(permissions),
      Objects: linesOf(objectPermissions.map(objectText)),
    },
    style,
  )
}
