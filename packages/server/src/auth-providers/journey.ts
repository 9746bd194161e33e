import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import { errands } from './places.ts'

/** Somebody's way to a provider and back. Nobody but this server can read it, or make one. */
export interface Journey extends z.infer<typeof shape> {}

/** Seconds within which people come back. */
export const journeyLifetime = 600

/** The longest place to go on to afterwards: the journey goes along in the address, and some servers take few of 8 KB. */
export const longestStart = 2048

const shape = z.strictObject({
  providerId: z.string(),
  errand: z.enum(errands),
  startUrl: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Milliseconds. */
  begun: z.number(),
})

/** Somebody sets out. */
export function newJourney(about: Pick<Journey, 'providerId' | 'errand' | 'startUrl'>, now: Date): Journey {
  return { ...about, nonce: randomText(43), verifier: randomText(64), begun: now.getTime() }
}

/** What a provider is shown of the verifier (PKCE). */
export function challengeOf({ verifier }: Pick<Journey, 'verifier'>): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/**
 * The `state` of a journey. It is sealed to the browser that sets out, by what the forms of that browser are tied to: brought
 * by another it does not open, so nobody can be signed in to an account that somebody else chose (login CSRF).
 */
export function stateOf(journey: Journey, seal: Pick<Seal, 'close'>, formSecret: string): string {
  return seal.close(JSON.stringify(journey), purposeFor(formSecret))
}

/** The journey that a `state` is of, or what is wrong with it. */
export function readState(
  state: string | undefined,
  seal: Pick<Seal, 'open'>,
  formSecret: string,
  now: Date,
): Journey | { readonly problem: string } {
  if (state === undefined) return { problem: 'no state came back' }
  try {
    const journey = shape.parse(JSON.parse(seal.open(state, purposeFor(formSecret))))
    const age = Math.floor((now.getTime() - journey.begun) / 1000)
    return age > journeyLifetime ? { problem: `it was begun ${age} seconds ago` } : journey
  } catch {
    return { problem: 'the state was not made here for this browser, or the browser has signed in meanwhile' }
  }
}

function purposeFor(formSecret: string): string {
  return `auth provider state ${hashSecret(formSecret).toString('base64url')}`
}
