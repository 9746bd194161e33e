import type { Scope } from './scope.ts'

/** That a user lets an app act for them, and how often it did (a row of *OAuth Usage*). One per user and app. */
export interface Approval {
  readonly id: number
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  /** What the user allowed on the consent page; empty when an admin pre-authorized and nobody was asked. */
  readonly scopes: readonly Scope[]
  /** Raised to end every token of this user for this app at once. */
  readonly epoch: number
  readonly firstUsedAt: Date
  readonly lastUsedAt: Date
  readonly useCount: number
}

/** Salesforce's: the refresh tokens that a user keeps of one app. One more ends the oldest. */
export const mostRefreshTokens = 5

/** Who uses an app: one line of the usage list. */
export interface AppUsage {
  readonly appId: string
  readonly userCount: number
  readonly useCount: number
  readonly firstUsedAt: Date
  readonly lastUsedAt: Date
}

/** How many would lose an app, in all orgs together. */
export interface AppReach {
  /** Users who have authorized it, or for whom an admin has. */
  readonly userCount: number
  /** That are alive. */
  readonly accessTokenCount: number
  /** That nobody has ended; the Refresh Token Policy may have. */
  readonly refreshTokenCount: number
}

/** Keeps approvals. */
export interface ApprovalStore {
  find(userId: string, appId: string): Promise<Approval | undefined>
  /** The approval of a row, if it has not been taken back. */
  findNumbered(id: number): Promise<Approval | undefined>
  /** Adds these scopes to what the user allowed before. */
  allow(approval: Pick<Approval, 'orgId' | 'userId' | 'appId' | 'scopes'>, now: Date): Promise<void>
  /** The scopes of the user's live refresh tokens for the app together: what a JWT may ask again (JWT bearer flow). */
  scopesWithRefreshToken(userId: string, appId: string, policyCutoffs: RefreshCutoffs): Promise<readonly Scope[]>
  /** The apps used in an org. */
  usage(orgId: string): Promise<readonly AppUsage[]>
  /** The users of an app in an org, latest use first; all of them, or so many after so many. */
  usersOf(
    appId: string,
    orgId: string,
    page?: { readonly limit: number; readonly offset: number },
  ): Promise<readonly Approval[]>
  /** The apps that a user lets act for them, latest use first (*OAuth Connected Apps* of personal settings). */
  listOf(userId: string): Promise<readonly Approval[]>
  /** How far an app reaches. Goes through every live access token: to be asked by people, not by requests. */
  reach(appId: string, now: Date): Promise<AppReach>
  /** Takes back what one user allowed: consent, refresh tokens and access tokens end at once. */
  revoke(userId: string, appId: string, now: Date): Promise<boolean>
  /** The same for every user of the app in an org; answers how many there were. */
  revokeAll(appId: string, orgId: string, now: Date): Promise<number>
}

/** Refresh tokens issued or last used before these instants are dead by the app's policy. */
export interface RefreshCutoffs {
  readonly issuedSince: Date | undefined
  readonly usedSince: Date | undefined
}
