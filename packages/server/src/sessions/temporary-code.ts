import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import { hashSecret } from '../secret.ts'
import type { User } from '../users/user.ts'
import type { VerificationStore } from './verification.ts'

/** A *temporary verification code*, told this once. */
export interface TemporaryCode {
  readonly code: string
  readonly expiresAt: Date
}

/** Makes a code for a user who cannot get at their authenticator app. It is good until it expires, and ends the one before. */
export async function newTemporaryCode(
  { verifications, now }: { readonly verifications: Pick<VerificationStore, 'setTemporaryCode'>; readonly now: Clock },
  user: Pick<User, 'id'>,
  hours: number,
): Promise<Outcome<TemporaryCode>> {
  if (!Number.isInteger(hours) || hours < 1 || hours > 24) {
    return refused({ field: 'hours', message: 'A temporary code is good for 1 to 24 whole hours.' })
  }
  // Longer than those of an app, as it is good for longer.
  const code = String(randomInt(10 ** 9, 10 ** 10))
  const expiresAt = new Date(now().getTime() + hours * 3_600_000)
  await verifications.setTemporaryCode(user.id, { hash: hashSecret(code), expiresAt })
  return done({ code, expiresAt })
}
