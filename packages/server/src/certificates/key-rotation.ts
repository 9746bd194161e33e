import type { Clock } from '../clock.ts'
import type { Seal } from '../seal.ts'
import {
  newSigningKey,
  nextKid,
  type SigningKey,
  type SigningKeyStore,
  signingKeyAt,
  waitingKey,
} from './signing-keys.ts'

// Milliseconds, as all of these.
const day = 86_400_000
// The longest that an access token or ID token lives, and the clocks of nodes and clients are apart besides.
const longestToken = day
const apart = 300_000
// At least so long a key is published before it signs: longer than clients keep what they have read.
const leastAhead = 600_000

/** What is to be done with the keys. */
export type DueStep =
  | { readonly do: 'publish'; readonly signsFrom: Date }
  | { readonly do: 'retire'; readonly kid: string }

/**
 * What is due at an instant. The next key is published a day before it signs, or half a period where that is less; one that
 * signed before is retired once the last token that it can have signed has ended.
 * @param period seconds for which a key signs
 */
export function dueStep(keys: readonly SigningKey[], period: number, at: Date): DueStep | undefined {
  const now = at.getTime()
  const signing = signingKeyAt(keys, at)
  if (signing === undefined) return undefined
  const ends = signing.signsFrom.getTime() + period * 1000
  const ahead = Math.max(Math.min(day, period * 500), leastAhead)
  if (waitingKey(keys, at) === undefined && now >= ends - ahead) {
    return { do: 'publish', signsFrom: new Date(Math.max(ends, now + leastAhead)) }
  }
  const [past] = keys.filter((key) => {
    const successor = successorOf(keys, key)
    return successor !== undefined && now > successor.signsFrom.getTime() + longestToken + apart
  })
  return past === undefined ? undefined : { do: 'retire', kid: past.kid }
}

/** The key whose turn came after that of another, or will. */
function successorOf(keys: readonly SigningKey[], key: SigningKey): SigningKey | undefined {
  return keys
    .filter((other) => other.signsFrom > key.signsFrom)
    .toSorted((one, other) => one.signsFrom.getTime() - other.signsFrom.getTime())[0]
}

/** When another key will sign; `undefined` where nothing has been planned. @param period seconds; `undefined` for no schedule */
export function nextRotation(keys: readonly SigningKey[], period: number | undefined, at: Date): Date | undefined {
  const waiting = waitingKey(keys, at)
  if (waiting !== undefined) return waiting.signsFrom
  const signing = signingKeyAt(keys, at)
  if (signing === undefined || period === undefined) return undefined
  return new Date(Math.max(signing.signsFrom.getTime() + period * 1000, at.getTime() + leastAhead))
}

interface Needs {
  readonly signingKeys: SigningKeyStore
  /** Whether this process is the one that does what only one needs to do. */
  leads(): Promise<boolean>
  readonly seal: Seal
  readonly now: Clock
}

/**
 * Does what is due, by one node of those that lead, or believe so: the number of a key is given once, so of two nodes that make
 * the next at the same moment one does.
 */
export async function keepRotating({ signingKeys, leads, seal, now }: Needs, period: number): Promise<void> {
  for (;;) {
    const keys = await signingKeys.list()
    const step = dueStep(keys, period, now())
    if (step === undefined || !(await leads())) return
    if (step.do === 'retire') {
      await signingKeys.delete(step.kid)
      continue
    }
    const key = await newSigningKey(seal, nextKid(keys), now(), step.signsFrom)
    if (!(await signingKeys.add(key))) return
  }
}

/** The rotation that goes on beside the requests. */
export interface KeyRotation {
  /** Seconds for which the key that signs has done so. */
  age(): number
  stop(): void
}

// Milliseconds between two looks.
const pause = 5000

/** Rotates the keys on schedule. @param period seconds; `undefined` leaves it to people */
export function keyRotation(
  needs: Needs,
  period: number | undefined,
  keys: readonly SigningKey[],
  onError: (error: unknown) => void,
): KeyRotation {
  let known = keys
  let timer: NodeJS.Timeout | undefined
  schedule()
  return {
    age() {
      const now = needs.now()
      const signing = signingKeyAt(known, now)
      return signing === undefined ? 0 : Math.max(0, (now.getTime() - signing.signsFrom.getTime()) / 1000)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }

  function schedule(): void {
    timer = setTimeout(async () => {
      await look().catch((error) => {
        // Once it is stopped, the database may close over a look that is under way.
        if (timer !== undefined) onError(error)
      })
      if (timer !== undefined) schedule()
    }, pause).unref()
  }

  async function look(): Promise<void> {
    if (period !== undefined) await keepRotating(needs, period)
    known = await needs.signingKeys.list()
  }
}
