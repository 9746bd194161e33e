import type { IpRange } from '../ip-range.ts'
import { latestRelease } from '../releases/release.ts'
import type { ReleaseSettings } from '../releases/release-updates.ts'

/** What kind of org it is; it decides the login host whose name assertions may carry as audience. */
export type OrgType = 'production' | 'sandbox' | 'scratch'

/** What every user of the org is held to (`SecuritySettings` at Salesforce). */
export interface OrgSettings extends ReleaseSettings {
  /** IANA name of its default time zone, in which login hours are told. */
  readonly timeZone: string
  /** Seconds without use after which a session ends, unless app or profile say otherwise. */
  readonly sessionTimeout: number
  /** Whether every app must send a PKCE challenge. */
  readonly isPkceRequired: boolean
  /** Whether nobody of the org gets tokens by the user-agent flow (`OauthOidcSettings`). */
  readonly blockOAuthUsrAgtFlow: boolean
  /** Whether nobody of the org gets tokens by the username-password flow. */
  readonly blockOAuthUnPwFlow: boolean
  /** Whether people of the org may get codes by the authorization code and credentials flow. */
  readonly oAuthCdCrdtFlowEnable: boolean
  /** Whether programs may sign people in by the SOAP call `login()` (*User Interface*). */
  readonly enableSoapLogin: boolean
  /** Logins in an hour, by apps and by SOAP, after which a user is refused; `undefined` is no limit. */
  readonly maxLoginsPerHour: number | undefined
  /** Wrong passwords in a row after which a user is locked out; `undefined` is no limit. */
  readonly maxLoginAttempts: number | undefined
  /** Seconds that a lockout lasts; `undefined` lasts until an admin unlocks. */
  readonly lockoutInterval: number | undefined
  /** Least characters of a password. */
  readonly minimumPasswordLength: number
  /** Where nobody is asked for more than a password: no security token in the username-password flow (*Network Access*). */
  readonly trustedIpRanges: readonly IpRange[]
  /** API requests that the org may send in 24 hours; `undefined` refuses none, however many there are. */
  readonly dailyApiRequests: number | undefined
  /** Origins whose pages may ask the org's own address (CORS), as `isOriginPattern` takes them. */
  readonly corsAllowedOrigins: readonly string[]
  /** *API Access Control*: only apps that are installed, and for admin approved users, may be used. */
  readonly enableAdminApprovedAppsOnly: boolean
  /** Whether people of the org sign in to apps by SAML (`IdentityProviderSettings`). */
  readonly enableIdentityProvider: boolean
  /** Unique Name of the certificate whose key signs for it. */
  readonly identityProviderCertificate: string | undefined
}

/** An org: its own users, apps and records behind one login. */
export interface Org {
  /** 18 characters, `00D…`. */
  readonly id: string
  readonly name: string
  /** The name of its own address (`acme` of `acme.my.<host>`), if it has one. */
  readonly myDomain: string | undefined
  /** A port of its own, for resolvers that know no `*.localhost`. */
  readonly port: number | undefined
  readonly type: OrgType
  /** A closed org lets nobody in. */
  readonly isActive: boolean
  /** Raised to end every token and session of the org at once. */
  readonly epoch: number
  readonly settings: OrgSettings
  readonly createdAt: Date
}

/** Salesforce's defaults for a new org: of since Summer '23, when it began to block the two flows that are dying out. */
export const defaultOrgSettings: OrgSettings = {
  timeZone: 'UTC',
  sessionTimeout: 7200,
  isPkceRequired: false,
  blockOAuthUsrAgtFlow: true,
  blockOAuthUnPwFlow: true,
  oAuthCdCrdtFlowEnable: false,
  enableSoapLogin: false,
  maxLoginsPerHour: 3600,
  maxLoginAttempts: 10,
  lockoutInterval: 900,
  minimumPasswordLength: 8,
  trustedIpRanges: [],
  dailyApiRequests: undefined,
  corsAllowedOrigins: [],
  enableAdminApprovedAppsOnly: false,
  enableIdentityProvider: false,
  identityProviderCertificate: undefined,
  release: latestRelease,
  releaseUpdates: {},
}

/** Keeps orgs. */
export interface OrgStore {
  add(org: Org): Promise<void>
  find(id: string): Promise<Org | undefined>
  findByName(name: string): Promise<Org | undefined>
  findByMyDomain(myDomain: string): Promise<Org | undefined>
  findByPort(port: number): Promise<Org | undefined>
  /** All orgs, oldest first. */
  list(): Promise<readonly Org[]>
  /** Replaces everything but id, epoch and creation. */
  update(org: Org): Promise<void>
  /** Ends every token and session of the org at once. */
  endAll(id: string): Promise<void>
}
