import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'
import type { User } from '../users/user.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'
import type { VerificationStore } from './verification.ts'

/** An authenticator app that is about to be registered: what it is shown, and the same sealed, for the form to bring back. */
export interface OfferedAuthenticator {
  readonly secret: string
  /** What the picture says. */
  readonly uri: string
  readonly sealed: string
}

interface Needs {
  readonly verifications: Pick<VerificationStore, 'register'>
  readonly seal: Seal
  readonly now: Clock
}

// Minutes are enough to point a telephone at a screen.
const offeredFor = 900

/** Offers an authenticator app to a user. Nothing is kept until {@link registerAuthenticator}. */
export function offerAuthenticator(
  { seal, now }: Pick<Needs, 'seal' | 'now'>,
  user: Pick<User, 'id' | 'username'>,
  issuer: string,
  secret: string = newTotpSecret(),
): OfferedAuthenticator {
  const sealed = seal.close(JSON.stringify({ secret, at: now().getTime() }), offerPurpose(user))
  return { secret, uri: totpUri({ issuer, username: user.username, secret }), sealed }
}

/** The secret that was offered to this very user not long ago; `undefined` for anything else. */
export function readOffer(
  { seal, now }: Pick<Needs, 'seal' | 'now'>,
  user: Pick<User, 'id'>,
  sealed: string,
): string | undefined {
  try {
    const { secret, at }: { secret: string; at: number } = JSON.parse(seal.open(sealed, offerPurpose(user)))
    return now().getTime() - at <= offeredFor * 1000 ? secret : undefined
  } catch {
    // Not what we sealed, or not for this user.
    return undefined
  }
}

/** Registers the authenticator app that was offered, once it shows the right code. */
export async function registerAuthenticator(
  needs: Needs,
  user: Pick<User, 'id'>,
  { offer, code }: { readonly offer: string; readonly code: string },
): Promise<Outcome<void>> {
  const secret = readOffer(needs, user, offer)
  if (secret === undefined) {
    return refused({
      field: 'code',
      message: 'This page had been open for too long. Scan the new picture, and try again.',
    })
  }
  const at = needs.now()
  const step = stepOfCode(secret, code, at)
  if (step === undefined) {
    const message = 'This is not the code that the app shows for this key. Check the time of the device, too.'
    return refused({ field: 'code', message })
  }
  await needs.verifications.register(user.id, needs.seal.close(secret, authenticatorPurpose(user.id)), step, at)
  return done(undefined)
}

/** The secret of a registered app. */
export function openAuthenticator(seal: Seal, user: Pick<User, 'id'>, sealedSecret: string): string {
  return seal.open(sealedSecret, authenticatorPurpose(user.id))
}

/** What the sealed secret of a user's authenticator app is bound to. */
export function authenticatorPurpose(id: string): string {
  return `authenticator of ${id}`
}

function offerPurpose({ id }: Pick<User, 'id'>): string {
  return `authenticator offered to ${id}`
}
