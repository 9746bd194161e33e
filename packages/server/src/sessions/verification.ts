import type { SecondFactor } from '../users/second-factor.ts'

/** What a user can verify their identity with besides the password, and whether they may try just now. */
export interface VerificationMethods {
  /** *One-time password generator app*; its secret is sealed. */
  readonly authenticator: { readonly sealedSecret: string; readonly registeredAt: Date } | undefined
  /** *Temporary verification code*, which an admin gives to somebody who has lost the app. */
  readonly temporaryCode: { readonly hash: Buffer; readonly expiresAt: Date } | undefined
  /** After too many wrong codes. */
  readonly lockedUntil: Date | undefined
}

/** Keeps what users verify their identity with. What admins change of it stands in Setup Audit Trail. */
export interface VerificationStore {
  find(userId: string): Promise<VerificationMethods | undefined>
  /** Puts an authenticator app in the place of the one there was. @param step the period of the code that proved it */
  register(userId: string, sealedSecret: string, step: number, at: Date): Promise<void>
  /** Forgets the authenticator app. */
  removeAuthenticator(userId: string): Promise<void>
  /** Sets the temporary code, or takes it away. */
  setTemporaryCode(userId: string, code: VerificationMethods['temporaryCode']): Promise<void>
  /**
   * Counts a try before it is known whether it is right: a hundred at once are a hundred. At `limit` in a row there are no
   * more until `lockedUntil`. `false` when there are none now.
   */
  countTry(userId: string, limit: number, lockedUntil: Date, now: Date): Promise<boolean>
  /** Takes the code of a period, once: `false` when that or a later one was taken before. Ends the row of failures. */
  takeStep(userId: string, step: number): Promise<boolean>
  /** Ends the row of failures. */
  clearTries(userId: string): Promise<void>
}

/** One verification of an identity, by the names of Salesforce's object `VerificationHistory`. */
export interface Verification {
  readonly orgId: string
  readonly userId: string
  readonly at: Date
  /** What the user wanted to do. */
  readonly activity: 'Login' | 'ConnectedApp'
  /** What asked for it. */
  readonly policy: SecondFactor | 'HighAssurance' | 'DeviceActivation'
  readonly method: 'Totp' | 'TempCode'
  readonly status: 'Succeeded' | 'FailedInvalidCode' | 'FailedTooManyAttempts'
  readonly sourceIp: string
  /** The connected app that it was for. */
  readonly resourceId: string | undefined
}

/** A verification that is kept. */
export interface KeptVerification extends Verification {
  readonly id: number
}

/** Keeps the history of verifications. */
export interface VerificationHistoryStore {
  add(verification: Verification): Promise<void>
  /** Those in an org, newest first; those before a row, if one is given. */
  list(
    orgId: string,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<readonly KeptVerification[]>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}
