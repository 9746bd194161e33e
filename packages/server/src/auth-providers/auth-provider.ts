/** How a person whom a provider vouches for becomes a user, where their account is not linked yet. */
export const userMatchings = ['LinkedOnly', 'FederationId', 'Username', 'Email'] as const
export type UserMatching = (typeof userMatchings)[number]

/** An OpenID Connect provider whose people an org lets in (*Auth. Providers*; the metadata type `AuthProvider`). */
export interface AuthProvider {
  /** 18 characters, `0SO…`. */
  readonly id: string
  readonly orgId: string
  /** *URL Suffix*: the API name, unique in the org, and the end of its addresses. */
  readonly developerName: string
  readonly friendlyName: string
  /** What the provider calls this org: its `client_id`. */
  readonly consumerKey: string
  /** The secret that goes with it, sealed; `undefined` for a client that has none. */
  readonly sealedSecret: string | undefined
  readonly authorizeUrl: string
  readonly tokenUrl: string
  /** Where it says who the person is; `undefined` where the ID token alone does. */
  readonly userInfoUrl: string | undefined
  /** *Token Issuer*: whose ID tokens are believed; `undefined` where none is asked for. */
  readonly idTokenIssuer: string | undefined
  readonly defaultScopes: string
  /** Key and secret go in a header and not in the body. */
  readonly sendClientCredentialsInHeader: boolean
  readonly isPkceEnabled: boolean
  /** Whether users that verify their identity after a password do so after this, too. */
  readonly requireMfa: boolean
  /** Stands for the registration handler, which is code at Salesforce. */
  readonly userMatching: UserMatching
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** Keeps the providers of orgs. */
export interface AuthProviderStore {
  add(provider: AuthProvider): Promise<void>
  /** Those of an org, by their names. */
  list(orgId: string): Promise<readonly AuthProvider[]>
  findByName(orgId: string, developerName: string): Promise<AuthProvider | undefined>
  /** Replaces everything but id, org, name and creation. */
  update(provider: AuthProvider): Promise<void>
  /** Its links go with it. */
  delete(id: string): Promise<void>
}

/** A person at a provider who is a user here (`ThirdPartyAccountLink`). */
export interface AccountLink {
  readonly orgId: string
  readonly providerId: string
  /** What the provider calls the person: `sub`. */
  readonly remoteId: string
  readonly userId: string
  readonly createdAt: Date
}

/** Keeps who is who. */
export interface AccountLinkStore {
  /** Links; answers the link that holds from then on, which is another's when there was one before. Atomic. */
  add(link: AccountLink): Promise<AccountLink>
  find(providerId: string, remoteId: string): Promise<AccountLink | undefined>
  /** Those of a provider, the newest first, at most `limit`. */
  list(providerId: string, limit: number): Promise<readonly AccountLink[]>
  /** Ends a link of an org; `false` for one that is not there. */
  delete(link: Pick<AccountLink, 'orgId' | 'providerId' | 'remoteId'>): Promise<boolean>
}

/** What the sealed secrets of clients at providers are bound to. */
export const providerSecretPurpose = 'auth provider secret'
