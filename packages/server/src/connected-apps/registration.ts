import type { PresentedToken, TokenShape } from '../secret.ts'
import type { AppPolicies, ConnectedApp } from './connected-app.ts'

/** How initial access tokens look: who holds one may register apps under the app that it is of. */
export const initialTokenShape: TokenShape = { prefix: 'IAT', length: 43, suffix: '' }

/** How registration access tokens look: who holds one may read, change and delete the app that it is of. */
export const registrationTokenShape: TokenShape = { prefix: 'RAT', length: 43, suffix: '' }

/** An app that registered itself, and the app under whose initial access token it did. */
export interface Registration {
  readonly appId: string
  readonly parentId: string
  readonly registeredAt: Date
}

/** Keeps initial access tokens, and which apps were registered by them. */
export interface RegistrationStore {
  /** Gives an app an initial access token, in the place of the one before; answers the number of its row. */
  setInitialToken(appId: string, hash: Buffer, now: Date): Promise<number>
  /** Takes it away; `false` when there was none. What was registered by it stays. */
  deleteInitialToken(appId: string): Promise<boolean>
  /** When the initial access token of an app was made; `undefined` when it has none. */
  initialTokenOf(appId: string): Promise<{ readonly createdAt: Date } | undefined>
  /** The app that an initial access token is of. */
  findByInitialToken(presented: PresentedToken): Promise<string | undefined>
  /**
   * Adds an app with its policies and what shows that it registered itself. Of many at once, no more than the limit are.
   * @returns the number of its row; `undefined` when there are as many as there may be, or the token is gone
   */
  register(
    app: ConnectedApp,
    policies: AppPolicies,
    registration: Registration & { readonly hash: Buffer },
    limit: number,
  ): Promise<number | undefined>
  findByRegistrationToken(presented: PresentedToken): Promise<Registration | undefined>
  /** The app under which an app registered itself. */
  parentOf(appId: string): Promise<string | undefined>
  /** The apps that registered themselves under one, the newest first. */
  childrenOf(parentId: string): Promise<readonly Registration[]>
}
