import type { Child } from 'hono/jsx'
import type { User } from '../../../users/user.ts'
import { Details, Instant } from '../blocks.tsx'
import { UserState } from './user-state.tsx'

interface UserDetailsProps {
  readonly user: User
  readonly at: Date
  /** The profile, by name, as a link where it may be opened. */
  readonly profile: Child
}

/** What is known of a user. */
export function UserDetails({ user, at, profile }: UserDetailsProps) {
  const { lockedUntil } = user
  return (
    <Details
      rows={[
        ['Username', user.username],
        ['State', <UserState user={user} at={at} />],
        lockedUntil !== undefined && lockedUntil > at
          ? ['Locked Until', lockedUntil.getUTCFullYear() === 9999 ? 'An admin unlocks' : <Instant at={lockedUntil} />]
          : undefined,
        ['Profile', profile],
        ['Email', user.email],
        ['Nickname', user.nickname],
        ['Last Login', <Instant at={user.lastLoginAt} />],
        ['Signs In With', user.passwordHash === undefined ? 'Nothing: only programs act for this user' : 'Password'],
        ['Security Token', user.securityTokenHash === undefined ? 'None' : 'Set'],
        ['Time Zone', user.timeZone],
        ['Locale', user.locale],
        ['Language', user.language],
        ['Country', user.country],
        ['Mobile', user.mobilePhone],
        ['Federation ID', user.federationId],
        ['User ID', <code>{user.id}</code>],
        ['Created Date', <Instant at={user.createdAt} />],
        ['Last Modified', <Instant at={user.modifiedAt} />],
      ]}
    />
  )
}
