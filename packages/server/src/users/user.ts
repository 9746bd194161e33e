/** Somebody who can sign in. Usernames look like e-mail addresses and are unique over all orgs of a server. */
export interface User {
  /** 18 characters, `005…`. */
  readonly id: string
  readonly orgId: string
  /** As {@link canonicalUsername} writes it. */
  readonly username: string
  readonly email: string
  readonly firstName: string | undefined
  readonly lastName: string
  readonly nickname: string
  readonly profileId: string
  readonly permissionSetIds: readonly string[]
  /** Deactivated users cannot sign in. */
  readonly isActive: boolean
  /** Frozen users cannot sign in for now. */
  readonly isFrozen: boolean
  /** argon2id in PHC form; `undefined` for users who only ever come by an assertion. */
  readonly passwordHash: string | undefined
  /** What the username-password flow asks for beside the password from elsewhere than trusted addresses; a hash. */
  readonly securityTokenHash: Buffer | undefined
  /** Wrong passwords since the last right one. */
  readonly failedLogins: number
  /** Locked out until then; the far future when only an admin can unlock. */
  readonly lockedUntil: Date | undefined
  /** Raised to end every token and session of the user at once. */
  readonly epoch: number
  /** IANA name, such as `Europe/Paris`. */
  readonly timeZone: string
  /** Such as `en_US`. */
  readonly locale: string
  readonly language: string
  readonly country: string | undefined
  readonly mobilePhone: string | undefined
  /** What an identity provider calls them, unique in their org (*Federation ID*); capitals count. */
  readonly federationId: string | undefined
  readonly lastLoginAt: Date | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** What an admin may change of a user with one write; sign-in state and password have acts of their own. */
export type UserDetails = Omit<
  User,
  | 'id'
  | 'orgId'
  | 'passwordHash'
  | 'securityTokenHash'
  | 'failedLogins'
  | 'lockedUntil'
  | 'epoch'
  | 'lastLoginAt'
  | 'createdAt'
  | 'isFrozen'
>

/** Which users are wanted: all that is given must be so. */
export interface UserFilter {
  /** Part of a username, name, nickname or e-mail address; capitals do not count. */
  readonly text?: string | undefined
  readonly profileId?: string | undefined
  readonly permissionSetId?: string | undefined
  readonly isActive?: boolean | undefined
}

/** What lists of users are sorted by; `name` is the family name, then the given name. */
export type UserOrder = 'name' | 'username' | 'lastLoginAt' | 'createdAt'

/** Which part of a list of users, in which order. */
export interface UserPage {
  readonly sort: UserOrder
  readonly direction: 'asc' | 'desc'
  readonly offset: number
  readonly limit: number
}

/** What counting a wrong password came to. */
export interface FailedLogin {
  readonly failedLogins: number
  readonly lockedUntil: Date | undefined
}

/** How many users are kept out; one may be both. */
export interface ShutOutUsers {
  readonly frozen: number
  readonly locked: number
}

/** Keeps users. */
export interface UserStore {
  add(user: User): Promise<void>
  find(id: string): Promise<User | undefined>
  /** @param username as {@link canonicalUsername} writes it */
  findByUsername(username: string): Promise<User | undefined>
  findByFederationId(orgId: string, federationId: string): Promise<User | undefined>
  /** The users of an org by username, after the given one, at most `limit`. */
  list(orgId: string, page: { readonly after?: string; readonly limit: number }): Promise<readonly User[]>
  /** The users of an org that fit. */
  search(orgId: string, filter: UserFilter, page: UserPage): Promise<readonly User[]>
  /** How many users of an org fit. */
  count(orgId: string, filter: UserFilter): Promise<number>
  /** How many active users of an org are kept out just now, by an admin or by too many wrong passwords. */
  countShutOut(orgId: string, now: Date): Promise<ShutOutUsers>
  update(id: string, details: UserDetails): Promise<void>
  /** Sets the password, clears failures and lockout, and ends the security token, as Salesforce does. */
  setPassword(id: string, passwordHash: string, now: Date): Promise<void>
  /** Sets the security token, which ends the one before. */
  setSecurityToken(id: string, hash: Buffer, now: Date): Promise<void>
  /** Freezes (and ends every token and session), or lets in again. */
  setFrozen(id: string, isFrozen: boolean): Promise<void>
  /** Clears failures and lockout. */
  unlock(id: string): Promise<void>
  /**
   * Counts one wrong password. Atomic: a hundred at once count as a hundred. At `limit` the user is locked until
   * `lockedUntil` and the count begins again.
   */
  countFailure(id: string, limit: number | undefined, lockedUntil: Date): Promise<FailedLogin>
  /** Clears failures and notes the time of a sign-in. */
  noteLogin(id: string, at: Date): Promise<void>
  /** Ends every token and session of the user at once. */
  endAll(id: string): Promise<void>
}

/**
 * The one form of a username in which it is stored, looked up, counted and locked: Unicode NFKC, trimmed, lower case.
 * Two spellings of one name must never be two names to any part of the server.
 */
export function canonicalUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase()
}

/** Given and family name, as pages show them. */
export function displayName(user: Pick<User, 'firstName' | 'lastName'>): string {
  return user.firstName === undefined ? user.lastName : `${user.firstName} ${user.lastName}`
}
