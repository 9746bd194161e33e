import { z } from 'zod'
import { userMatchings } from '../auth-providers/auth-provider.ts'
import {
  canvasAccessMethods,
  canvasLocations,
  canvasOptions,
  canvasSamlInitiations,
} from '../connected-apps/canvas-app.ts'
import { devicePlatforms, deviceTypes, pushServiceTypes } from '../connected-apps/mobile-app.ts'
import { readRefreshTokenPolicy } from '../connected-apps/refresh-policy.ts'
import {
  samlEncryptionTypes,
  samlLogoutBindings,
  samlNameIdFormats,
  samlSigningAlgorithms,
  samlSubjectTypes,
} from '../connected-apps/saml-config.ts'
import { externalCredentialSettings, namedCredentialSettings } from '../named-credentials/credential.ts'
import { releaseUpdateNames } from '../releases/release-updates.ts'
import { customObject } from '../rest/custom-object.ts'
import { identityLocations, identityMappings, requestSignatureMethods } from '../saml/sso-config.ts'
import { minutesOfJwt, minutesOfSession, textOrList, whole } from './fields.ts'

const base64 = z.string().regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, {
  error: 'Give the file as base64, or leave this out and put the file of that name beside the org file.',
})
const ipRange = z.strictObject({
  start: z.string(),
  end: z.string(),
  description: z.string().exactOptional(),
})

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

/** A connected app, with the field names of the metadata type `ConnectedApp`. */
export const connectedAppEntry = z.strictObject({
  fullName: z.string(),
  label: z.string().exactOptional(),
  contactEmail: z.string(),
  contactPhone: z.string().exactOptional(),
  description: z.string().exactOptional(),
  infoUrl: z.string().exactOptional(),
  logoUrl: z.string().exactOptional(),
  iconUrl: z.string().exactOptional(),
  startUrl: z.string().exactOptional(),
  // An app that people sign in to by SAML alone has none.
  oauthConfig: z
    .strictObject({
      callbackUrl: textOrList,
      consumerKey: z.string().exactOptional(),
      consumerSecret: z.string().exactOptional(),
      certificate: z.string().exactOptional(),
      certificateFile: z.string().exactOptional(),
      scopes: textOrList,
      isAdminApproved: z.boolean().exactOptional(),
      isConsumerSecretOptional: z.boolean().exactOptional(),
      isSecretRequiredForRefreshToken: z.boolean().exactOptional(),
      isPkceRequired: z.boolean().exactOptional(),
      isIntrospectAllTokens: z.boolean().exactOptional(),
      isRefreshTokenRotationEnabled: z.boolean().exactOptional(),
      isClientCredentialEnabled: z.boolean().exactOptional(),
      isTokenExchangeEnabled: z.boolean().exactOptional(),
      isSecretRequiredForTokenExchange: z.boolean().exactOptional(),
      assetTokenConfig: z
        .strictObject({
          assetValidityPeriod: whole(1, 525_600, 'a whole number of minutes').exactOptional(),
          assetSigningCertId: z.string(),
          assetAudiences: textOrList,
          assetIncludeAttributes: z.boolean().exactOptional(),
          assetIncludeCustomPerms: z.boolean().exactOptional(),
        })
        .exactOptional(),
      isNamedUserJwtEnabled: z.boolean().exactOptional(),
      isDeviceFlowEnabled: z.boolean().exactOptional(),
      isUserAgentEnabled: z.boolean().exactOptional(),
      isUsernamePasswordEnabled: z.boolean().exactOptional(),
      isCodeCredentialEnabled: z.boolean().exactOptional(),
      isCodeCredentialPostOnly: z.boolean().exactOptional(),
      oauthClientCredentialUser: z.string().exactOptional(),
      idTokenConfig: z
        .strictObject({
          idTokenValidity: whole(1, 720, 'a whole number of minutes').exactOptional(),
          idTokenAudience: textOrList.exactOptional(),
          idTokenIncludeStandardClaims: z.boolean().exactOptional(),
          idTokenIncludeAttributes: z.boolean().exactOptional(),
          idTokenIncludeCustomPerms: z.boolean().exactOptional(),
        })
        .exactOptional(),
      singleLogoutUrl: z.string().exactOptional(),
    })
    .default({ callbackUrl: [], scopes: [] }),
  oauthPolicy: z
    .strictObject({
      ipRelaxation: z.enum(['ENFORCE', 'ENFORCE_RELAXREFRESH', 'BYPASS_2FACTOR', 'BYPASS']).exactOptional(),
      refreshTokenPolicy: z
        .string()
        .refine((text) => readRefreshTokenPolicy(text) !== undefined, {
          error:
            'Give infinite, zero, specific_lifetime:N:UNIT or specific_inactivity:N:UNIT, with HOURS, DAYS or MONTHS for UNIT.',
        })
        .exactOptional(),
      namedUserJwtSessionTimeoutType: z.enum(['UserSession', 'Custom']).exactOptional(),
      namedUserJwtTimeout: minutesOfJwt.exactOptional(),
      isTokenExchangeFlowEnabled: z.boolean().exactOptional(),
      singleLogoutUrl: z.string().exactOptional(),
    })
    .exactOptional(),
  sessionPolicy: z
    .strictObject({
      sessionTimeout: minutesOfSession.exactOptional(),
      sessionLevel: z.enum(['LOW', 'STANDARD', 'HIGH_ASSURANCE']).exactOptional(),
      policyAction: z.enum(['Block', 'RaiseSessionLevel']).exactOptional(),
    })
    .exactOptional(),
  attributes: z.array(z.strictObject({ key: z.string(), formula: z.string() })).exactOptional(),
  ipRanges: z.array(ipRange).exactOptional(),
  plugin: z.string().exactOptional(),
  pluginExecutionUser: z.string().exactOptional(),
  mobileStartUrl: z.string().exactOptional(),
  mobileAppConfig: z
    .strictObject({
      devicePlatform: z.enum(devicePlatforms).exactOptional(),
      deviceType: z.enum(deviceTypes).exactOptional(),
      version: z.string().exactOptional(),
      minimumOsVersion: z.string().exactOptional(),
      applicationBundleIdentifier: z.string().exactOptional(),
      applicationInstallUrl: z.string().exactOptional(),
      privateApp: z.boolean().exactOptional(),
      applicationBinaryFile: base64.exactOptional(),
      applicationBinaryFileName: z.string().exactOptional(),
      applicationFileLength: z.int().exactOptional(),
      applicationIconFile: base64.exactOptional(),
      applicationIconFileName: z.string().exactOptional(),
    })
    .exactOptional(),
  canvasConfig: z
    .strictObject({
      canvasUrl: z.string().exactOptional(),
      accessMethod: z.enum(canvasAccessMethods).exactOptional(),
      locations: z.array(z.enum(canvasLocations)).exactOptional(),
      options: z.array(z.enum(canvasOptions)).exactOptional(),
      samlInitiationMethod: z.enum(canvasSamlInitiations).exactOptional(),
      lifecycleClass: z.string().exactOptional(),
    })
    .exactOptional(),
  samlConfig: z
    .strictObject({
      entityUrl: z.string(),
      acsUrl: z.string(),
      // Salesforce's guide writes the last one out in its sample.
      samlSubjectType: z.enum([...samlSubjectTypes, 'CustomAttribute']).exactOptional(),
      samlSubjectCustomAttr: z.string().exactOptional(),
      samlNameIdFormat: z.enum(samlNameIdFormats).exactOptional(),
      issuer: z.string().exactOptional(),
      samlSigningAlgoType: z.enum(samlSigningAlgorithms).exactOptional(),
      certificate: z.string().exactOptional(),
      certificateFile: z.string().exactOptional(),
      encryptionCertificate: z.string().exactOptional(),
      encryptionType: z.enum(samlEncryptionTypes).exactOptional(),
      samlSloUrl: z.string().exactOptional(),
      samlIdpSLOBindingEnum: z.enum(samlLogoutBindings).exactOptional(),
    })
    .exactOptional(),
  // What Salesforce keeps of an app and has no metadata for.
  pushMessaging: z
    .strictObject({ platform: z.enum(pushServiceTypes).exactOptional(), fullContent: z.boolean().exactOptional() })
    .exactOptional(),
  mobilePolicy: z.strictObject({ screenLock: z.number(), pinLength: z.number() }).nullable().exactOptional(),
  appMenu: z
    .strictObject({ isVisible: z.boolean().exactOptional(), sortOrder: z.number().exactOptional() })
    .exactOptional(),
  profileName: textOrList.exactOptional(),
  permissionSetName: textOrList.exactOptional(),
})

/**
 * An external client app, with the field names of `ExternalClientApplication` and, in sections, of the metadata types beside
 * it. What has no section here is as with a connected app.
 */
export const externalClientAppEntry = z.strictObject({
  fullName: z.string(),
  label: z.string().exactOptional(),
  contactEmail: z.string(),
  contactPhone: z.string().exactOptional(),
  description: z.string().exactOptional(),
  infoUrl: z.string().exactOptional(),
  logoUrl: z.string().exactOptional(),
  iconUrl: z.string().exactOptional(),
  distributionState: z.enum(['Local', 'Packaged']).exactOptional(),
  // ExtlClntAppGlobalOauthSettings
  globalOauthSettings: z
    .strictObject({
      callbackUrl: textOrList,
      consumerKey: z.string().exactOptional(),
      consumerSecret: z.string().exactOptional(),
      certificate: z.string().exactOptional(),
      certificateFile: z.string().exactOptional(),
      isConsumerSecretOptional: z.boolean().exactOptional(),
      isSecretRequiredForRefreshToken: z.boolean().exactOptional(),
      isPkceRequired: z.boolean().exactOptional(),
      isIntrospectAllTokens: z.boolean().exactOptional(),
      isRefreshTokenRotationEnabled: z.boolean().exactOptional(),
      isClientCredentialsFlowEnabled: z.boolean().exactOptional(),
      isCodeCredFlowEnabled: z.boolean().exactOptional(),
      isCodeCredPostOnly: z.boolean().exactOptional(),
      isDeviceFlowEnabled: z.boolean().exactOptional(),
      isNamedUserJwtEnabled: z.boolean().exactOptional(),
      isTokenExchangeEnabled: z.boolean().exactOptional(),
      isSecretRequiredForTokenExchange: z.boolean().exactOptional(),
      idTokenConfig: z
        .strictObject({
          idTokenValidityInMinutes: whole(1, 720, 'a whole number of minutes').exactOptional(),
          idTokenAudience: textOrList.exactOptional(),
          idTokenIncludeStandardClaims: z.boolean().exactOptional(),
          idTokenIncludeAttributes: z.boolean().exactOptional(),
          idTokenIncludeCustomPerms: z.boolean().exactOptional(),
        })
        .exactOptional(),
    })
    .default({ callbackUrl: [] }),
  // ExtlClntAppOauthSettings
  oauthSettings: z
    .strictObject({
      commaSeparatedOauthScopes: textOrList,
      singleLogoutUrl: z.string().exactOptional(),
      customAttributes: z.array(z.strictObject({ key: z.string(), formula: z.string() })).exactOptional(),
      trustedIpRanges: z
        .array(
          z.strictObject({
            startIpAddress: z.string(),
            endIpAddress: z.string(),
            description: z.string().exactOptional(),
          }),
        )
        .exactOptional(),
      assetTokenSigningCertificate: z.string().exactOptional(),
      assetTokenAudiences: textOrList.exactOptional(),
      assetTokenValidity: whole(1, 525_600, 'a whole number of minutes').exactOptional(),
      areAttributesIncludedInAssetToken: z.boolean().exactOptional(),
      areCustomPermsIncludedInAssetToken: z.boolean().exactOptional(),
    })
    .default({ commaSeparatedOauthScopes: [] }),
  // ExtlClntAppConfigurablePolicies
  policies: z
    .strictObject({
      isEnabled: z.boolean().exactOptional(),
      isOauthPluginEnabled: z.boolean().exactOptional(),
      startPage: z.enum(['Custom', 'None']).exactOptional(),
      startUrl: z.string().exactOptional(),
    })
    .exactOptional(),
  // ExtlClntAppOauthConfigurablePolicies
  oauthPolicies: z
    .strictObject({
      permittedUsersPolicyType: z.enum(['AllSelfAuthorized', 'AdminApprovedPreAuthorized']).exactOptional(),
      commaSeparatedProfile: textOrList.exactOptional(),
      commaSeparatedPermissionSet: textOrList.exactOptional(),
      ipRelaxationPolicyType: z.enum(['Enforce', 'Enforce_RelaxRefresh', 'Bypass_2factor', 'Bypass']).exactOptional(),
      refreshTokenPolicyType: z.enum(['Infinite', 'Zero', 'SpecificInactivity', 'SpecificLifetime']).exactOptional(),
      refreshTokenValidityPeriod: whole(1, 99_999, 'a whole number').exactOptional(),
      refreshTokenValidityUnit: z.enum(['Hours', 'Days', 'Months']).exactOptional(),
      sessionTimeoutInMinutes: minutesOfSession.exactOptional(),
      requiredSessionLevel: z.enum(['LOW', 'STANDARD', 'HIGH_ASSURANCE']).exactOptional(),
      policyAction: z.enum(['Block', 'RaiseSessionLevel']).exactOptional(),
      isClientCredentialsFlowEnabled: z.boolean().exactOptional(),
      clientCredentialsFlowUser: z.string().exactOptional(),
      isTokenExchangeFlowEnabled: z.boolean().exactOptional(),
      namedUserJwtSessionTimeoutType: z.enum(['UserSession', 'Custom']).exactOptional(),
      namedUserJwtTimeout: minutesOfJwt.exactOptional(),
      singleLogoutUrl: z.string().exactOptional(),
      apexHandler: z.string().exactOptional(),
      executeHandlerAs: z.string().exactOptional(),
    })
    .exactOptional(),
  mobileStartUrl: connectedAppEntry.shape.mobileStartUrl,
  mobileAppConfig: connectedAppEntry.shape.mobileAppConfig,
  canvasConfig: connectedAppEntry.shape.canvasConfig,
  samlConfig: connectedAppEntry.shape.samlConfig,
  pushMessaging: connectedAppEntry.shape.pushMessaging,
  mobilePolicy: connectedAppEntry.shape.mobilePolicy,
  appMenu: connectedAppEntry.shape.appMenu,
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
/** A connected app as an org file has it. */
export type ConnectedAppEntry = z.infer<typeof connectedAppEntry>
/** An external client app as an org file has it. */
export type ExternalClientAppEntry = z.infer<typeof externalClientAppEntry>
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
