import type { Org } from '../orgs/org.ts'
import type { TooManyLogins } from '../tokens/issue.ts'
import type { User } from '../users/user.ts'
import type { Refusal } from './refusal.ts'

/** That a user has had as many logins in this hour as the org lets them have. */
export function loginRateExceeded(
  { user, org }: { readonly user: User; readonly org: Org },
  { most, until }: TooManyLogins,
): Refusal {
  const facts = { user: user.username, org: org.name, most, until: until.toISOString() }
  return { reason: 'login-rate-exceeded', facts }
}

/** Whether Login History is to have a row of this refusal. */
export type IsWorthARow = (reason: string, userId: string, at: Date) => boolean

/**
 * Of logins above the rate a process notes one for each user and hour, as Salesforce does: whoever asks in a loop must not
 * fill the history.
 */
export function sparingOfRows(): IsWorthARow {
  let hour = 0
  const noted = new Set<string>()
  return (reason, userId, at) => {
    if (reason !== 'login-rate-exceeded') return true
    const now = Math.floor(at.getTime() / 3_600_000)
    if (now !== hour) noted.clear()
    hour = now
    if (noted.has(userId)) return false
    noted.add(userId)
    return true
  }
}
