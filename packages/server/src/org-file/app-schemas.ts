import { z } from 'zod'
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
import { ipRange, minutesOfJwt, minutesOfSession, textOrList, whole } from './fields.ts'

// What both kinds of apps have, under the same names.

const basics = {
  fullName: z.string(),
  label: z.string().exactOptional(),
  contactEmail: z.string(),
  contactPhone: z.string().exactOptional(),
  description: z.string().exactOptional(),
  infoUrl: z.string().exactOptional(),
  logoUrl: z.string().exactOptional(),
  iconUrl: z.string().exactOptional(),
}
const credentials = {
  callbackUrl: textOrList,
  consumerKey: z.string().exactOptional(),
  consumerSecret: z.string().exactOptional(),
  certificate: z.string().exactOptional(),
  certificateFile: z.string().exactOptional(),
}
const switches = {
  isConsumerSecretOptional: z.boolean().exactOptional(),
  isSecretRequiredForRefreshToken: z.boolean().exactOptional(),
  isPkceRequired: z.boolean().exactOptional(),
  isIntrospectAllTokens: z.boolean().exactOptional(),
  isRefreshTokenRotationEnabled: z.boolean().exactOptional(),
  isTokenExchangeEnabled: z.boolean().exactOptional(),
  isSecretRequiredForTokenExchange: z.boolean().exactOptional(),
  isNamedUserJwtEnabled: z.boolean().exactOptional(),
  isDeviceFlowEnabled: z.boolean().exactOptional(),
}
const ofIdTokens = {
  idTokenAudience: textOrList.exactOptional(),
  idTokenIncludeStandardClaims: z.boolean().exactOptional(),
  idTokenIncludeAttributes: z.boolean().exactOptional(),
  idTokenIncludeCustomPerms: z.boolean().exactOptional(),
}
const jwtPolicies = {
  namedUserJwtSessionTimeoutType: z.enum(['UserSession', 'Custom']).exactOptional(),
  namedUserJwtTimeout: minutesOfJwt.exactOptional(),
}
const attributes = z.array(z.strictObject({ key: z.string(), formula: z.string() }))
const idTokenMinutes = whole(1, 720, 'a whole number of minutes')
const assetTokenMinutes = whole(1, 525_600, 'a whole number of minutes')
const base64 = z.string().regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, {
  error: 'Give the file as base64, or leave this out and put the file of that name beside the org file.',
})

/** A connected app, with the field names of the metadata type `ConnectedApp`. */
export const connectedAppEntry = z.strictObject({
  ...basics,
  startUrl: z.string().exactOptional(),
  // An app that people sign in to by SAML alone has none.
  oauthConfig: z
    .strictObject({
      ...credentials,
      scopes: textOrList,
      isAdminApproved: z.boolean().exactOptional(),
      ...switches,
      isClientCredentialEnabled: z.boolean().exactOptional(),
      assetTokenConfig: z
        .strictObject({
          assetValidityPeriod: assetTokenMinutes.exactOptional(),
          assetSigningCertId: z.string(),
          assetAudiences: textOrList,
          assetIncludeAttributes: z.boolean().exactOptional(),
          assetIncludeCustomPerms: z.boolean().exactOptional(),
        })
        .exactOptional(),
      isUserAgentEnabled: z.boolean().exactOptional(),
      isUsernamePasswordEnabled: z.boolean().exactOptional(),
      isCodeCredentialEnabled: z.boolean().exactOptional(),
      isCodeCredentialPostOnly: z.boolean().exactOptional(),
      oauthClientCredentialUser: z.string().exactOptional(),
      idTokenConfig: z
        .strictObject({
          idTokenValidity: idTokenMinutes.exactOptional(),
          ...ofIdTokens,
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
      ...jwtPolicies,
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
  attributes: attributes.exactOptional(),
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
  ...basics,
  distributionState: z.enum(['Local', 'Packaged']).exactOptional(),
  // ExtlClntAppGlobalOauthSettings
  globalOauthSettings: z
    .strictObject({
      ...credentials,
      ...switches,
      isClientCredentialsFlowEnabled: z.boolean().exactOptional(),
      isCodeCredFlowEnabled: z.boolean().exactOptional(),
      isCodeCredPostOnly: z.boolean().exactOptional(),
      idTokenConfig: z
        .strictObject({
          idTokenValidityInMinutes: idTokenMinutes.exactOptional(),
          ...ofIdTokens,
        })
        .exactOptional(),
    })
    .default({ callbackUrl: [] }),
  // ExtlClntAppOauthSettings
  oauthSettings: z
    .strictObject({
      commaSeparatedOauthScopes: textOrList,
      singleLogoutUrl: z.string().exactOptional(),
      customAttributes: attributes.exactOptional(),
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
      assetTokenValidity: assetTokenMinutes.exactOptional(),
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
      ...jwtPolicies,
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

/** A connected app as an org file has it. */
export type ConnectedAppEntry = z.infer<typeof connectedAppEntry>

/** An external client app as an org file has it. */
export type ExternalClientAppEntry = z.infer<typeof externalClientAppEntry>
