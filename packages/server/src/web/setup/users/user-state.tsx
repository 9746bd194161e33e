import type { User } from '../../../users/user.ts'
import { Badge } from '../blocks.tsx'

/** Whether a user is locked out for wrong passwords at that moment. */
export function isLockedOut({ lockedUntil }: Pick<User, 'lockedUntil'>, at: Date): boolean {
  return lockedUntil !== undefined && lockedUntil > at
}

/** Whether a user may come in, and why not. */
export function UserState({ user, at }: { readonly user: User; readonly at: Date }) {
  return (
    <span class="actions">
      {user.isActive ? <Badge look="success">Active</Badge> : <Badge look="error">Inactive</Badge>}
      {user.isFrozen && <Badge look="warning">Frozen</Badge>}
      {isLockedOut(user, at) && <Badge look="warning">Locked</Badge>}
    </span>
  )
}
