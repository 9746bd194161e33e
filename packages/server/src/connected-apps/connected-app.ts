import type { Certificate } from '../certificates/certificate.ts'
import type { IpRange } from '../ip-range.ts'
import type { CanvasConfig } from './canvas-app.ts'
import type { CustomAttribute } from './custom-attribute.ts'
import { type MobileSettings, noMobileSettings } from './mobile-app.ts'
import type { MobileFileContent } from './mobile-file.ts'
import type { SamlConfig } from './saml-config.ts'
import type { Scope } from './scope.ts'

/** The consumer secrets an app answers to, as hashes, and the current one sealed for the signature of token answers. */
export interface ConsumerSecret {
  readonly hash: Buffer
  /** Sealed: an admin may reveal it, and `signature` is keyed with it. */
  readonly sealed: string
  /** The one before a rotation, valid until the rotation is finished. */
  readonly previousHash: Buffer | undefined
}

/** How ID tokens for the app are made. */
export interface IdTokenConfig {
  /** Seconds. */
  readonly validity: number
  /** Audiences besides the consumer key. */
  readonly audiences: readonly string[]
  readonly includesStandardClaims: boolean
  readonly includesAttributes: boolean
  readonly includesCustomPermissions: boolean
}

/** How asset tokens of the app are made (*Enable Asset Tokens*). */
export interface AssetTokenConfig {
  /** Seconds. */
  readonly validity: number
  /** Unique Name of a certificate of the app's org, whose key signs. */
  readonly certificate: string
  readonly audiences: readonly string[]
  readonly includesAttributes: boolean
  readonly includesCustomPermissions: boolean
}

/** Where an external client app may be used: in the org it was made in alone, or wherever it is installed besides. */
export type DistributionState = 'Local' | 'Packaged'

/** What an external client app, the successor of connected apps, has that these have not. */
export interface ExternalClientApp {
  readonly distributionState: DistributionState
}

/**
 * A connected app: who may ask for tokens, and how it proves who it is. What an org decides about its use stands apart
 * in {@link AppPolicies}, because an app made in one org may be used in others. An external client app is one with
 * stricter rules, and has what is in {@link ExternalClientApp} besides.
 */
export interface ConnectedApp {
  /** 18 characters, `0H4…`; `0xI…` for an external client app. */
  readonly id: string
  /** The org it was made in; `undefined` for those built into the server, such as `PlatformCLI`. */
  readonly orgId: string | undefined
  /** API name, unique in its org. */
  readonly fullName: string
  readonly label: string
  /** `undefined` for a connected app. */
  readonly external: ExternalClientApp | undefined
  readonly contactEmail: string
  readonly contactPhone: string | undefined
  readonly description: string | undefined
  readonly infoUrl: string | undefined
  readonly logoUrl: string | undefined
  readonly iconUrl: string | undefined
  readonly startUrl: string | undefined
  /** `client_id` on the wire; unique over the server, never changed. */
  readonly consumerKey: string
  readonly consumerSecret: ConsumerSecret
  /** Compared character by character. */
  readonly callbackUrls: readonly string[]
  /** What assertions of the app are verified with (*Use digital signatures*). */
  readonly certificate: Certificate | undefined
  readonly scopes: readonly Scope[]
  readonly isConsumerSecretOptional: boolean
  readonly isSecretRequiredForRefreshToken: boolean
  readonly isPkceRequired: boolean
  readonly isIntrospectAllTokens: boolean
  readonly isRefreshTokenRotationEnabled: boolean
  /** *Enable Client Credentials Flow*. */
  readonly isClientCredentialEnabled: boolean
  /** *Issue JSON Web Token (JWT)-based access tokens for named users*. */
  readonly isNamedUserJwtEnabled: boolean
  /** *Enable for Device Flow*. */
  readonly isDeviceFlowEnabled: boolean
  /** *Enable User-Agent Flow*; the org must let it, too. Salesforce knows no such setting of an app. */
  readonly isUserAgentEnabled: boolean
  /** *Enable Username-Password Flow*; the org must let it, too. Salesforce knows no such setting of an app. */
  readonly isUsernamePasswordEnabled: boolean
  /** *Enable Authorization Code and Credentials Flow*; the org must let it, too. */
  readonly isCodeCredentialEnabled: boolean
  /** Whether that flow takes credentials in the body alone, and none in a header. */
  readonly isCodeCredentialPostOnly: boolean
  /** *Enable Token Exchange Flow*; an org must allow it besides, in its policies. */
  readonly isTokenExchangeEnabled: boolean
  /** *Require Secret for Token Exchange Flow*. */
  readonly isSecretRequiredForTokenExchange: boolean
  /** `undefined` when asset tokens are off. */
  readonly assetTokenConfig: AssetTokenConfig | undefined
  readonly idTokenConfig: IdTokenConfig
  /** *Custom Attributes*: what its identity documents say besides. */
  readonly attributes: readonly CustomAttribute[]
  /** Trusted IP Range for OAuth Web server flow. */
  readonly ipRanges: readonly IpRange[]
  readonly singleLogoutUrl: string | undefined
  readonly mobile: MobileSettings
  readonly canvas: CanvasConfig | undefined
  /** `undefined` where people do not sign in to it by SAML. */
  readonly saml: SamlConfig | undefined
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** The ID token settings of an app that sets none: two minutes, no further audience. */
export const defaultIdTokenConfig: IdTokenConfig = {
  validity: 120,
  audiences: [],
  includesStandardClaims: false,
  includesAttributes: false,
  includesCustomPermissions: false,
}

/** The asset token settings that an app begins with when it is given some: an hour, for nobody yet. */
export const defaultAssetTokenConfig: AssetTokenConfig = {
  validity: 3600,
  certificate: '',
  audiences: [],
  includesAttributes: false,
  includesCustomPermissions: false,
}

/** The settings that an app begins with, but for what tells it from all others. */
export const defaultAppSettings: Omit<ConnectedApp, IdentifyingField> = {
  external: undefined,
  contactPhone: undefined,
  description: undefined,
  infoUrl: undefined,
  logoUrl: undefined,
  iconUrl: undefined,
  startUrl: undefined,
  callbackUrls: [],
  certificate: undefined,
  scopes: [],
  isConsumerSecretOptional: false,
  isSecretRequiredForRefreshToken: true,
  isPkceRequired: false,
  isIntrospectAllTokens: false,
  isRefreshTokenRotationEnabled: false,
  isClientCredentialEnabled: false,
  isNamedUserJwtEnabled: false,
  isDeviceFlowEnabled: false,
  isUserAgentEnabled: false,
  isUsernamePasswordEnabled: false,
  isCodeCredentialEnabled: false,
  isCodeCredentialPostOnly: false,
  isTokenExchangeEnabled: false,
  isSecretRequiredForTokenExchange: true,
  assetTokenConfig: undefined,
  idTokenConfig: defaultIdTokenConfig,
  attributes: [],
  ipRanges: [],
  singleLogoutUrl: undefined,
  mobile: noMobileSettings,
  canvas: undefined,
  saml: undefined,
}

type IdentifyingField =
  | 'id'
  | 'orgId'
  | 'fullName'
  | 'label'
  | 'contactEmail'
  | 'consumerKey'
  | 'consumerSecret'
  | 'createdAt'
  | 'modifiedAt'

/** Keeps connected apps. */
export interface ConnectedAppStore {
  /** Adds the app together with the policies of its own org, if it has one, and with the bytes of its files. */
  add(app: ConnectedApp, policies: readonly AppPolicies[], files?: readonly MobileFileContent[]): Promise<void>
  find(id: string): Promise<ConnectedApp | undefined>
  findByConsumerKey(consumerKey: string): Promise<ConnectedApp | undefined>
  findByName(orgId: string, fullName: string): Promise<ConnectedApp | undefined>
  /** The apps made in an org, by label. */
  list(orgId: string): Promise<readonly ConnectedApp[]>
  /** The apps built into the server. */
  listBuiltIn(): Promise<readonly ConnectedApp[]>
  /**
   * Replaces everything but id, org, consumer key, consumer secret and creation.
   * @param files bytes of files that it has now and had not; those that it has no more are forgotten
   */
  update(app: ConnectedApp, files?: readonly MobileFileContent[]): Promise<void>
  /** The bytes of a file of an app; `undefined` when it has none of this hash. */
  findFile(appId: string, sha256: string): Promise<Uint8Array | undefined>
  /** Replaces the consumer secret, and says in Setup Audit Trail what was done to it. */
  setSecret(
    app: Pick<ConnectedApp, 'id' | 'consumerSecret' | 'modifiedAt'>,
    done: 'rotated' | 'finished' | 'replaced',
  ): Promise<void>
  /** Notes in Setup Audit Trail that the consumer secret was shown. */
  noteReveal(id: string): Promise<void>
  /** Deletes the app with its policies, approvals and tokens. */
  delete(id: string): Promise<void>
  /** What an org decided about an app; `undefined` when the org has never had to do with it. */
  findPolicies(appId: string, orgId: string): Promise<AppPolicies | undefined>
  /** What an org decided about each app that it has had to do with. */
  policiesOfOrg(orgId: string): Promise<readonly AppPolicies[]>
  /** What each org decided about an app. */
  policiesOfApp(appId: string): Promise<readonly AppPolicies[]>
  /** Sets what an org decided about an app; the epoch stays as it is. */
  setPolicies(policies: AppPolicies): Promise<void>
  /** Installs an app in an org, with the default policies if it was not; a block stays. */
  install(appId: string, orgId: string): Promise<void>
  /** Takes the policies back to the defaults, as those of an app that is not installed; epoch and block stay. */
  uninstall(appId: string, orgId: string): Promise<void>
  /**
   * Notes that an app which is not installed in an org was to be used there: one row per app and org, however often.
   * @param refusedAt when that was refused; `undefined` when somebody may use it all the same
   */
  noteUninstalledUse(appId: string, orgId: string, refusedAt: Date | undefined): Promise<void>
  /** Ends every token of the app in an org at once, and blocks further ones if asked. */
  endAll(appId: string, orgId: string, isBlocked: boolean): Promise<void>
}

/** Which checks of the address the policy leaves out (*IP Relaxation*). */
export type IpRelaxation = 'ENFORCE' | 'ENFORCE_RELAXREFRESH' | 'BYPASS_2FACTOR' | 'BYPASS'

/** How long refresh tokens last (*Refresh Token Policy*); `seconds` from issue or from last use. */
export type RefreshTokenPolicy =
  | { readonly kind: 'infinite' }
  | { readonly kind: 'zero' }
  | { readonly kind: 'specific_lifetime'; readonly seconds: number }
  | { readonly kind: 'specific_inactivity'; readonly seconds: number }

/** What happens to users whose session is not of high assurance, where an app requires it. */
export type AssuranceAction = 'Block' | 'RaiseSessionLevel'

/** *PIN protect*: what a mobile app asks of its user. It is told to the app, which does it (`mobile_policy`). */
export interface MobilePolicy {
  /** Minutes without use after which the app locks its screen. */
  readonly screenLock: number
  /** Least digits of the PIN that opens it. */
  readonly pinLength: number
}

/** How an org shows an app in the *App Launcher* of its users. */
export interface AppMenu {
  readonly isVisible: boolean
  /** Lower ones stand first. */
  readonly sortOrder: number
}

/** What one org decided about the use of an app (*Manage Connected Apps*). */
export interface AppPolicies {
  readonly appId: string
  readonly orgId: string
  /** Made in this org, or installed there; what is not has the default policies, and may be blocked. */
  readonly isInstalled: boolean
  /** *Admin approved users are pre-authorized* instead of *All users may self-authorize*. */
  readonly isAdminApproved: boolean
  readonly profileIds: readonly string[]
  readonly permissionSetIds: readonly string[]
  readonly ipRelaxation: IpRelaxation
  readonly refreshTokenPolicy: RefreshTokenPolicy
  /** Seconds without use after which the app's access tokens end; `undefined` leaves it to profile and org. */
  readonly sessionTimeout: number | undefined
  /** *High assurance session required*. */
  readonly requiresHighAssurance: boolean
  readonly assuranceAction: AssuranceAction
  readonly mobilePolicy: MobilePolicy | undefined
  readonly menu: AppMenu
  /** *Run As* of the client credentials flow: the user it acts for. */
  readonly clientCredentialUserId: string | undefined
  /** Seconds that a JWT-based access token lasts; `undefined` leaves it to the session timeout of profile and org. */
  readonly namedUserJwtTimeout: number | undefined
  /** *Custom Connected App Handler*: at Salesforce an Apex class, here a module of the folder `handlers`. */
  readonly plugin: string | undefined
  /** *Run As* of the handler. */
  readonly pluginExecutionUserId: string | undefined
  /** Goes before the URL that the app itself says. */
  readonly singleLogoutUrl: string | undefined
  /** *Enable Token Exchange Flow*: that the org's admins allow it, besides the app's own setting. */
  readonly isTokenExchangeFlowEnabled: boolean
  /** *Enable Client Credentials Flow* of an external client app: that the org's admins allow it, besides the app's own setting. */
  readonly isClientCredentialsFlowEnabled: boolean
  /** Whether an external client app may be used at all; connected apps always may. */
  readonly isEnabled: boolean
  /** Whether an external client app may be used by OAuth; connected apps always may. */
  readonly isOauthPluginEnabled: boolean
  readonly isBlocked: boolean
  /** When somebody was last refused because the app is not installed; not to the minute. */
  readonly lastRefusedAt: Date | undefined
  /** Raised to end every token of the app in this org at once. */
  readonly epoch: number
}

/** What people call an app of its kind. */
export function appNoun({ external }: { readonly external?: unknown }): 'connected app' | 'external client app' {
  return external === undefined ? 'connected app' : 'external client app'
}

/** The same with its article. */
export function anAppNoun(app: { readonly external?: unknown }): string {
  const noun = appNoun(app)
  return noun === 'connected app' ? `a ${noun}` : `an ${noun}`
}

/** What goes for an app that an org has never had to do with. */
export function uninstalledPolicies(appId: string, orgId: string): AppPolicies {
  return { ...defaultPolicies, appId, orgId, isInstalled: false }
}

/** Salesforce's defaults for the policies of an app that is installed. */
export const defaultPolicies: Omit<AppPolicies, 'appId' | 'orgId'> = {
  isInstalled: true,
  isAdminApproved: false,
  profileIds: [],
  permissionSetIds: [],
  ipRelaxation: 'ENFORCE',
  refreshTokenPolicy: { kind: 'infinite' },
  sessionTimeout: undefined,
  requiresHighAssurance: false,
  assuranceAction: 'Block',
  mobilePolicy: undefined,
  menu: { isVisible: true, sortOrder: 0 },
  clientCredentialUserId: undefined,
  namedUserJwtTimeout: 1800,
  plugin: undefined,
  pluginExecutionUserId: undefined,
  singleLogoutUrl: undefined,
  isTokenExchangeFlowEnabled: false,
  isClientCredentialsFlowEnabled: false,
  isEnabled: true,
  isOauthPluginEnabled: true,
  isBlocked: false,
  lastRefusedAt: undefined,
  epoch: 1,
}
