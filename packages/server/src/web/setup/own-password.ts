import { refusal } from '../../oauth/refusal.ts'
import { type Refused, refused } from '../../problem.ts'
import { confirmationProblem, confirmPassword } from '../../sessions/confirm-password.ts'
import { password } from './field.tsx'
import type { SetupNeeds } from './setup.ts'
import type { SetupVisit } from './setup-visit.ts'

/** The field of forms that want to know that it is still the person who signed in. */
export const ownPassword = password({
  label: 'Your Password',
  autocomplete: 'current-password',
  help: 'So that nobody who finds your browser open gets at what is secret. Wrong ones count as at sign-in.',
})

/** Checks the password in a field called `ownPassword`. @returns what the form says when it is not theirs */
export async function notTheirPassword(
  { passwords, now }: Pick<SetupNeeds, 'passwords' | 'now'>,
  entered: string,
  visit: SetupVisit,
): Promise<Refused | undefined> {
  const { stores, user, org, site, sourceIp, userAgent, checks } = visit
  const attempt = { user, org, password: entered, sourceIp, loginUrl: site.base, userAgent }
  const found = await confirmPassword({ ...stores, passwords, now }, attempt, checks)
  if (found === undefined) return undefined
  visit.refused = refusal(found)
  return refused({ field: 'ownPassword', message: confirmationProblem(found) })
}
