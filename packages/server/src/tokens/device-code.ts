import { randomInt } from 'node:crypto'
import type { Scope } from '../connected-apps/scope.ts'
import type { PresentedToken, TokenShape } from '../secret.ts'

/** How device codes look. */
export const deviceCodeShape: TokenShape = { prefix: '', length: 55, suffix: '==' }

// No vowels, so that chance writes no words; nothing that is read as something else (0 and O, 1 and I, 2 and Z, 5 and S,
// 6 and G, 8 and B).
const alphabet = 'BCDFGHJKMNPQRSTVWXZ3479'
const userCodeLength = 8

/** A new user code: 8 characters, one of 78 thousand million (RFC 8628 §6.1 wants as many as 20^8 = 26 thousand million). */
export function newUserCode(): string {
  return Array.from({ length: userCodeLength }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** A user code as a person may type it: capitals or not, with dashes or spaces. `undefined` for what is none. */
export function readUserCode(text: string): string | undefined {
  if (text.length > 64) return undefined
  const code = text.toUpperCase().replaceAll(/[\s-]/g, '')
  return code.length === userCodeLength && [...code].every((each) => alphabet.includes(each)) ? code : undefined
}

/** What a device holds while a person allows it elsewhere. What is kept of its two codes are hashes. */
export interface DeviceCode {
  readonly id: number
  readonly appId: string
  readonly scopes: readonly Scope[]
  readonly issuedAt: Date
  readonly expiresAt: Date
  /** Seconds that the device has to wait between two questions; grows when it does not (RFC 8628 §3.5). */
  readonly interval: number
}

/** Who answered for a device. */
export interface DeviceAnswer {
  readonly orgId: string
  readonly userId: string
  /** When they signed in. */
  readonly authTime: Date
}

/** A device code found: not answered yet; answered; past; used, or ended together with what it was allowed by. */
export type DeviceCodeFinding =
  | { readonly state: 'pending'; readonly code: DeviceCode }
  | { readonly state: 'expired'; readonly code: DeviceCode }
  | { readonly state: 'allowed' | 'denied' | 'spent'; readonly code: DeviceCode; readonly answer: DeviceAnswer }
  | { readonly state: 'unknown' }

/** What a user code leads to, for whoever types it. */
export type UserCodeFinding =
  | { readonly state: 'pending'; readonly code: DeviceCode }
  /** Unknown, past, or answered already: one that guesses learns nothing more. */
  | { readonly state: 'unknown' }
  | { readonly state: 'too-many-tries'; readonly by: string }

/** How many wrong user codes one may type. */
export interface TryLimit {
  /** Who tries: a user or an address, by a name of its own. */
  readonly by: string
  readonly most: number
}

/** Keeps device codes. They are spent together with what they buy: see {@link IssueStore}. */
export interface DeviceCodeStore {
  /** Answers the number of the new row; `undefined` when the user code is another's, so that a new one has to be made. */
  add(
    code: Omit<DeviceCode, 'id'> & { readonly hash: Buffer; readonly userCodeHash: Buffer },
  ): Promise<number | undefined>
  find(presented: PresentedToken, now: Date): Promise<DeviceCodeFinding>
  /**
   * Notes that the device asked. Atomic.
   * @param tolerance milliseconds by which a question may come too early: networks are no clocks
   * @returns whether it had waited long enough, and how long it has to wait from now on
   */
  notePoll(
    id: number,
    now: Date,
    tolerance: number,
  ): Promise<{ readonly isTooFast: boolean; readonly interval: number }>
  /** Looks a typed code up, and counts a wrong one against every limit, each over so many seconds. Atomic. */
  findByUserCode(
    hash: Buffer,
    tries: { readonly limits: readonly TryLimit[]; readonly window: number },
    now: Date,
  ): Promise<UserCodeFinding>
  /** Notes the person's answer; `false` when there was one before, or the code is past. Atomic. */
  answer(id: number, answer: DeviceAnswer & { readonly isAllowed: boolean }, now: Date): Promise<boolean>
  /** Deletes at most `limit` codes that expired before `before`; answers how many. */
  deleteExpired(before: Date, limit: number): Promise<number>
  /** Deletes at most `limit` counts of wrong user codes that began before `before`; answers how many. */
  deleteTries(before: Date, limit: number): Promise<number>
}
