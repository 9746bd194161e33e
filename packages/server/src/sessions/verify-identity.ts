import type { Clock } from '../clock.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, sameHash } from '../secret.ts'
import type { User } from '../users/user.ts'
import { openAuthenticator } from './authenticator.ts'
import { stepOfCode } from './totp.ts'
import type { Verification, VerificationHistoryStore, VerificationMethods, VerificationStore } from './verification.ts'

/** Who verifies their identity, with which code, and what for. */
export interface VerificationAttempt extends Pick<Verification, 'activity' | 'policy' | 'sourceIp' | 'resourceId'> {
  readonly user: Pick<User, 'id' | 'username'>
  readonly org: Pick<Org, 'id' | 'settings'>
  readonly code: string
}

/** Why an identity is not verified. */
export type VerificationRefusal =
  | { readonly reason: 'verification-code-wrong'; readonly facts: { readonly user: string } }
  | { readonly reason: 'verification-locked'; readonly facts: { readonly user: string; readonly until: string } }

/** What verifying an identity needs. */
export interface VerificationNeeds {
  readonly verifications: Pick<VerificationStore, 'find' | 'countTry' | 'takeStep' | 'clearTries'>
  readonly verificationHistory: Pick<VerificationHistoryStore, 'add'>
  readonly seal: Seal
  readonly now: Clock
}

/** Tries in a row before there are no more for {@link lockedFor} seconds. */
const mostTries = 10
const lockedFor = 900

/** Whether a user has something to verify their identity with just now. */
export function canVerify(methods: VerificationMethods | undefined, now: Date): boolean {
  return methods?.authenticator !== undefined || (methods?.temporaryCode?.expiresAt ?? now) > now
}

/**
 * Verifies an identity with the code of an authenticator app, which is taken once, or with the temporary code of an admin,
 * which is taken until it expires. Tries are counted by user, however they signed in: a million codes are soon guessed.
 * Every try stands in Identity Verification History.
 * @returns why not, or `undefined` when it is verified
 */
export async function verifyIdentity(
  { verifications, verificationHistory, seal, now }: VerificationNeeds,
  { user, org, code: typed, ...about }: VerificationAttempt,
  checks: Checklist,
): Promise<VerificationRefusal | undefined> {
  const at = now()
  const code = typed.replaceAll(/\s/g, '')
  const until = new Date(at.getTime() + lockedFor * 1000)
  const note = (method: Verification['method'], status: Verification['status']) =>
    verificationHistory.add({ ...about, orgId: org.id, userId: user.id, at, method, status })
  if (!(await verifications.countTry(user.id, mostTries, until, at))) {
    const methods = await verifications.find(user.id)
    await note('Totp', 'FailedTooManyAttempts')
    const facts = { user: user.username, until: (methods?.lockedUntil ?? until).toISOString() }
    return { reason: 'verification-locked', facts }
  }
  const method = await methodOf(code)
  if (method === undefined) {
    await note('Totp', 'FailedInvalidCode')
    return { reason: 'verification-code-wrong', facts: { user: user.username } }
  }
  await verifications.clearTries(user.id)
  await note(method, 'Succeeded')
  pass(checks, 'assurance', { verified: method === 'Totp' ? 'authenticator app' : 'temporary code' })
  return undefined

  async function methodOf(code: string): Promise<Verification['method'] | undefined> {
    const methods = await verifications.find(user.id)
    const { authenticator, temporaryCode } = methods ?? {}
    const secret = authenticator && openAuthenticator(seal, user, authenticator.sealedSecret)
    const step = secret === undefined ? undefined : stepOfCode(secret, code, at)
    // Whoever looks over a shoulder must not come in by the same code (RFC 6238 §5.2).
    if (step !== undefined && (await verifications.takeStep(user.id, step))) return 'Totp'
    const isTemporary =
      temporaryCode !== undefined && temporaryCode.expiresAt > at && sameHash(temporaryCode.hash, hashSecret(code))
    return isTemporary ? 'TempCode' : undefined
  }
}
