import type { UserWrite } from '../saml/provisioned-user.ts'

/** Something that counts once, as a hash of what it is. */
export interface OneUse {
  readonly hash: Buffer
  readonly expiresAt: Date
}

/** What came of it: `used` says which of the uses somebody had before; `overtaken`, that the user is another by now, or no more free. */
export type Provisioned =
  | { readonly outcome: 'provisioned' | 'overtaken' }
  | { readonly outcome: 'used'; readonly place: number }

/** Writes users whom an assertion makes or changes. */
export interface ProvisioningStore {
  /**
   * Uses these up and writes the user; or does neither. Atomic: of two sign-ins at once one makes the user.
   * @param by the user whose change it is; `undefined` for nobody's
   */
  provision(uses: readonly OneUse[], write: UserWrite, by: string | undefined): Promise<Provisioned>
}
