import { z } from 'zod'
import { userMatchings } from '../auth-providers/auth-provider.ts'
import { samlLogoutBindings } from '../connected-apps/saml-config.ts'
import { externalCredentialSettings, namedCredentialSettings } from '../named-credentials/credential.ts'
import { releaseUpdateNames } from '../releases/release-updates.ts'
import { customObject } from '../rest/custom-object.ts'
import { identityLocations, identityMappings, requestSignatureMethods } from '../saml/sso-config.ts'
import type { ConnectedAppEntry, ExternalClientAppEntry } from './app-schemas.ts'
import { ipRange, minutesOfSession, textOrList, whole } from './fields.ts'

// Minutes since midnight, by the names of Salesforce's metadata.
const minuteOfDay = whole(0, 1440, 'a number of minutes since midnight')
const loginHours = z.strictObject({
  mondayStart: minuteOfDay.exactOptional(),
  mondayEnd: minuteOfDay.exactOptional(),
  tuesdayStart: minuteOfDay.exactOptional(),
  tuesdayEnd: minuteOfDay.exactOptional(),
  wednesdayStart: minuteOfDay.exactOptional(),
  wednesdayEnd: minuteOfDay.exactOptional(),
  thursdayStart: minuteOfDay.exactOptional(),
  thursdayEnd: minuteOfDay.exactOptional(),
  fridayStart: minuteOfDay.exactOptional(),
  fridayEnd: minuteOfDay.exactOptional(),
  saturdayStart: minuteOfDay.exactOptional(),
  saturdayEnd: minuteOfDay.exactOptional(),
  sundayStart: minuteOfDay.exactOptional(),
  sundayEnd: minuteOfDay.exactOptional(),
})

/** An org's own fields, in units of Salesforce's metadata: durations are minutes. What it holds is read one by one. */
export const orgEntry = z.strictObject({
  name: z.string(),
  myDomain: z.string().exactOptional(),
  port: whole(1, 65_535, 'a port').exactOptional(),
  type: z.enum(['production', 'sandbox', 'scratch']).exactOptional(),
  isActive: z.boolean().exactOptional(),
  settings: z
    .strictObject({
      timeZone: z.string().exactOptional(),
      sessionTimeout: minutesOfSession.exactOptional(),
      isPkceRequired: z.boolean().exactOptional(),
      blockOAuthUsrAgtFlow: z.boolean().exactOptional(),
      blockOAuthUnPwFlow: z.boolean().exactOptional(),
      oAuthCdCrdtFlowEnable: z.boolean().exactOptional(),
      enableSoapLogin: z.boolean().exactOptional(),
      maxLoginsPerHour: z
        .union([whole(1, 100_000_000, 'a whole number of logins'), z.literal('NoLimit')], {
          error: 'Give a number from 1 to 100000000, or NoLimit.',
        })
        .exactOptional(),
      maxLoginAttempts: z
        .union([whole(1, 100, 'a whole number of attempts'), z.literal('NoLimit')], {
          error: 'Give a number from 1 to 100, or NoLimit.',
        })
        .exactOptional(),
      lockoutInterval: z
        .union([whole(1, 525_600, 'a whole number of minutes'), z.literal('Forever')], {
          error: 'Give a number of minutes, or Forever.',
        })
        .exactOptional(),
      dailyApiRequests: z
        .union([whole(1, 100_000_000, 'a whole number of requests'), z.literal('NoLimit')], {
          error: 'Give a number from 1 to 100000000, or NoLimit.',
        })
        .exactOptional(),
      minimumPasswordLength: whole(5, 50, 'a whole number of characters').exactOptional(),
      trustedIpRanges: z.array(ipRange).exactOptional(),
      corsAllowedOrigins: z.array(z.string()).exactOptional(),
      enableAdminApprovedAppsOnly: z.boolean().exactOptional(),
      identityProviderSettings: z
        .strictObject({
          enableIdentityProvider: z.boolean().exactOptional(),
          certificateName: z.string().exactOptional(),
        })
        .exactOptional(),
      release: z.string().exactOptional(),
      releaseUpdates: z
        .partialRecord(z.enum(releaseUpdateNames), z.boolean(), {
          error: `Give true or false by the name of a release update: ${releaseUpdateNames.join(', ')}.`,
        })
        .exactOptional(),
    })
    .exactOptional(),
  profiles: z.array(z.unknown()).exactOptional(),
  permissionSets: z.array(z.unknown()).exactOptional(),
  users: z.array(z.unknown()).exactOptional(),
  certificates: z.array(z.unknown()).exactOptional(),
  connectedApps: z.array(z.unknown()).exactOptional(),
  externalClientApps: z.array(z.unknown()).exactOptional(),
  customScopes: z.array(z.unknown()).exactOptional(),
  customPermissions: z.array(z.unknown()).exactOptional(),
  samlSsoConfigs: z.array(z.unknown()).exactOptional(),
  authProviders: z.array(z.unknown()).exactOptional(),
  tokenExchangeHandlers: z.array(z.unknown()).exactOptional(),
  namedCredentials: z.array(z.unknown()).exactOptional(),
  externalCredentials: z.array(z.unknown()).exactOptional(),
  objects: z.array(z.unknown()).exactOptional(),
  records: z.record(z.string(), z.array(z.unknown())).exactOptional(),
})

/** What may be done with the records of an object; what is left out is not allowed. */
const objectPermission = z.strictObject({
  object: z.string(),
  allowCreate: z.boolean().exactOptional(),
  allowRead: z.boolean().exactOptional(),
  allowEdit: z.boolean().exactOptional(),
  allowDelete: z.boolean().exactOptional(),
})

/** A profile. One of the standard ones is changed, any other is made. */
export const profileEntry = z.strictObject({
  name: z.string(),
  permissions: z.array(z.string()).exactOptional(),
  loginIpRanges: z.array(ipRange).exactOptional(),
  loginHours: loginHours.exactOptional(),
  sessionTimeout: minutesOfSession.exactOptional(),
  requiredSessionLevel: z.enum(['LOW', 'STANDARD', 'HIGH_ASSURANCE']).exactOptional(),
  objectPermissions: z.array(objectPermission).exactOptional(),
  customPermissions: z.array(z.string()).exactOptional(),
})

/** A permission set. */
export const permissionSetEntry = z.strictObject({
  name: z.string(),
  label: z.string().exactOptional(),
  permissions: z.array(z.string()).exactOptional(),
  objectPermissions: z.array(objectPermission).exactOptional(),
  customPermissions: z.array(z.string()).exactOptional(),
})

/** A scope of the org's own, with the field names of the metadata type `OauthCustomScope`. */
export const customScopeEntry = z.strictObject({
  developerName: z.string(),
  masterLabel: z.string().exactOptional(),
  description: z.string(),
  isPublic: z.boolean().exactOptional(),
  isProtected: z.boolean().exactOptional(),
  assignedTo: textOrList.exactOptional(),
})

/** A permission of the org's own, with the field names of the metadata type `CustomPermission`. */
export const customPermissionEntry = z.strictObject({
  fullName: z.string(),
  label: z.string().exactOptional(),
  description: z.string().exactOptional(),
  connectedApp: z.string().exactOptional(),
})

/** A user. */
export const userEntry = z.strictObject({
  username: z.string(),
  password: z.string().exactOptional(),
  passwordHash: z.string().exactOptional(),
  email: z.string(),
  firstName: z.string().exactOptional(),
  lastName: z.string(),
  nickname: z.string().exactOptional(),
  profile: z.string(),
  permissionSets: z.array(z.string()).exactOptional(),
  isActive: z.boolean().exactOptional(),
  timeZone: z.string().exactOptional(),
  locale: z.string().exactOptional(),
  language: z.string().exactOptional(),
  country: z.string().exactOptional(),
  mobilePhone: z.string().exactOptional(),
  federationId: z.string().exactOptional(),
})

/** A certificate of the org's own. With neither certificate nor key it is made here. */
export const certificateEntry = z.strictObject({
  name: z.string(),
  label: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  certificateFile: z.string().exactOptional(),
  privateKeyFile: z.string().exactOptional(),
  keySize: z.number().exactOptional(),
  isPrivateKeyExportable: z.boolean().exactOptional(),
})

/** An identity provider that the org believes, with the field names of the metadata type `SamlSsoConfig`. */
export const samlSsoConfigEntry = z.strictObject({
  fullName: z.string(),
  name: z.string().exactOptional(),
  issuer: z.string(),
  samlEntityId: z.string(),
  validationCert: z.string().exactOptional(),
  validationCertFile: z.string().exactOptional(),
  identityMapping: z.enum(identityMappings).exactOptional(),
  identityLocation: z.enum(identityLocations).exactOptional(),
  attributeName: z.string().exactOptional(),
  samlVersion: z.literal('SAML2_0').exactOptional(),
  loginUrl: z.string().exactOptional(),
  redirectBinding: z.boolean().exactOptional(),
  requestSigningCertId: z.string().exactOptional(),
  requestSignatureMethod: z.enum(requestSignatureMethods).exactOptional(),
  decryptionCertificate: z.string().exactOptional(),
  userProvisioning: z.boolean().exactOptional(),
  samlJitHandlerId: z.string().exactOptional(),
  executionUserId: z.string().exactOptional(),
  singleLogoutUrl: z.string().exactOptional(),
  singleLogoutBinding: z.enum(samlLogoutBindings).exactOptional(),
  logoutUrl: z.string().exactOptional(),
})

/**
 * An outside provider that people sign in with, with the field names of the metadata type `AuthProvider`; `userMatching` stands for
 * its registration handler.
 */
export const authProviderEntry = z.strictObject({
  developerName: z.string(),
  friendlyName: z.string().exactOptional(),
  providerType: z.literal('OpenIdConnect').exactOptional(),
  consumerKey: z.string(),
  consumerSecret: z.string().exactOptional(),
  authorizeUrl: z.string(),
  tokenUrl: z.string(),
  userInfoUrl: z.string().exactOptional(),
  idTokenIssuer: z.string().exactOptional(),
  defaultScopes: z.string().exactOptional(),
  sendClientCredentialsInHeader: z.boolean().exactOptional(),
  isPkceEnabled: z.boolean().exactOptional(),
  requireMfa: z.boolean().exactOptional(),
  userMatching: z.enum(userMatchings).exactOptional(),
})

/** A token exchange handler, with the field names of the metadata type `OauthTokenExchangeHandler`. */
export const tokenExchangeHandlerEntry = z.strictObject({
  developerName: z.string(),
  masterLabel: z.string().exactOptional(),
  description: z.string().exactOptional(),
  tokenHandlerApex: z.string().exactOptional(),
  isAccessTokenSupported: z.boolean().exactOptional(),
  isRefreshTokenSupported: z.boolean().exactOptional(),
  isIdTokenSupported: z.boolean().exactOptional(),
  isSaml2Supported: z.boolean().exactOptional(),
  isJwtSupported: z.boolean().exactOptional(),
  isEnabled: z.boolean().exactOptional(),
  isUserCreationAllowed: z.boolean().exactOptional(),
  isProtected: z.boolean().exactOptional(),
  enablements: z
    .array(
      z.strictObject({
        // One of the two.
        connectedApp: z.string().exactOptional(),
        externalClientApp: z.string().exactOptional(),
        apexExecutionUser: z.string(),
        isDefault: z.boolean(),
      }),
    )
    .exactOptional(),
})

/**
 * A named credential, with the field names of the metadata type `NamedCredential`. What is secret of it is for whoever calls
 * by this file: the org makes no calls, and keeps none.
 */
export const namedCredentialEntry = namedCredentialSettings.extend({
  fullName: z.string(),
  password: z.string().exactOptional(),
})

/** An external credential, with the field names of the metadata type `ExternalCredential`. */
export const externalCredentialEntry = externalCredentialSettings.extend({ fullName: z.string() })

/** An object of the org's own, or fields of its own on a standard one. */
export const objectEntry = customObject.omit({ keyPrefix: true })

/** A record of an object: its fields, by their API names. */
export const recordEntry = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()], {
    error: 'A field of a record holds text, a number, true, false or null.',
  }),
)

/** A profile as an org file has it. */
export type ProfileEntry = z.infer<typeof profileEntry>
/** A permission set as an org file has it. */
export type PermissionSetEntry = z.infer<typeof permissionSetEntry>
/** A user as an org file has it. */
export type UserEntry = z.infer<typeof userEntry>
/** A certificate as an org file has it. */
export type CertificateEntry = z.infer<typeof certificateEntry>
/** A custom scope as an org file has it. */
export type CustomScopeEntry = z.infer<typeof customScopeEntry>
/** A custom permission as an org file has it. */
export type CustomPermissionEntry = z.infer<typeof customPermissionEntry>
/** An identity provider as an org file has it. */
export type SamlSsoConfigEntry = z.infer<typeof samlSsoConfigEntry>
/** An auth. provider as an org file has it. */
export type AuthProviderEntry = z.infer<typeof authProviderEntry>
/** A token exchange handler as an org file has it. */
export type TokenExchangeHandlerEntry = z.infer<typeof tokenExchangeHandlerEntry>
/** A named credential as an org file has it. */
export type NamedCredentialEntry = z.infer<typeof namedCredentialEntry>
/** An external credential as an org file has it. */
export type ExternalCredentialEntry = z.infer<typeof externalCredentialEntry>
/** An object as an org file has it. */
export type ObjectEntry = z.infer<typeof objectEntry>
/** A record as an org file has it. */
export type RecordEntry = z.infer<typeof recordEntry>

/** An org as an org file has it. */
export interface OrgEntry
  extends Omit<
    z.infer<typeof orgEntry>,
    | 'profiles'
    | 'permissionSets'
    | 'users'
    | 'certificates'
    | 'connectedApps'
    | 'externalClientApps'
    | 'customScopes'
    | 'customPermissions'
    | 'samlSsoConfigs'
    | 'authProviders'
    | 'tokenExchangeHandlers'
    | 'namedCredentials'
    | 'externalCredentials'
    | 'objects'
    | 'records'
  > {
  readonly profiles?: readonly ProfileEntry[]
  readonly permissionSets?: readonly PermissionSetEntry[]
  readonly users?: readonly UserEntry[]
  readonly certificates?: readonly CertificateEntry[]
  readonly connectedApps?: readonly ConnectedAppEntry[]
  readonly externalClientApps?: readonly ExternalClientAppEntry[]
  readonly customScopes?: readonly CustomScopeEntry[]
  readonly customPermissions?: readonly CustomPermissionEntry[]
  readonly samlSsoConfigs?: readonly SamlSsoConfigEntry[]
  readonly authProviders?: readonly AuthProviderEntry[]
  readonly tokenExchangeHandlers?: readonly TokenExchangeHandlerEntry[]
  readonly namedCredentials?: readonly NamedCredentialEntry[]
  readonly externalCredentials?: readonly ExternalCredentialEntry[]
  readonly objects?: readonly ObjectEntry[]
  readonly records?: Readonly<Record<string, readonly RecordEntry[]>>
}

/** What a server holds, as it can be written down, kept in git and applied again. */
export interface OrgFile {
  readonly orgs: readonly OrgEntry[]
}
