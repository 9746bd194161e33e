import type { EnteredPolicies } from '../connected-apps/app-policies.ts'
import type { AppPolicies, DistributionState, ExternalClientApp } from '../connected-apps/connected-app.ts'
import type { ConnectedAppEntry, ExternalClientAppEntry } from './app-schemas.ts'
import { given } from './given.ts'
import type { Path } from './yaml-text.ts'

// An external client app is written in other words than a connected app, and means the same but for what is in ListedExternal.

/** What an external client app has in an org file that a connected app has not. */
export interface ListedExternal {
  readonly distributionState?: DistributionState
  readonly policies: Pick<EnteredPolicies, 'isEnabled' | 'isOauthPluginEnabled' | 'isClientCredentialsFlowEnabled'>
}

/** An external client app's entry in the words of a connected app's, and what is left over. */
export function connectedEntryOf(entry: ExternalClientAppEntry): {
  readonly entry: ConnectedAppEntry
  readonly external: ListedExternal
} {
  const { distributionState, globalOauthSettings, oauthSettings, policies, oauthPolicies = {}, ...others } = entry
  const { idTokenConfig, isClientCredentialsFlowEnabled, isCodeCredFlowEnabled, isCodeCredPostOnly, ...global } =
    globalOauthSettings
  const { idTokenValidityInMinutes, ...ofIdTokens } = idTokenConfig ?? {}
  const { startPage, startUrl } = policies ?? {}
  const { permittedUsersPolicyType, commaSeparatedProfile, commaSeparatedPermissionSet } = oauthPolicies
  const { singleLogoutUrl, customAttributes, trustedIpRanges } = oauthSettings
  return {
    entry: {
      ...others,
      ...given({
        startUrl: startPage === 'None' ? '' : startUrl,
        attributes: customAttributes,
        ipRanges: trustedIpRanges?.map(({ startIpAddress: start, endIpAddress: end, ...rest }) => ({
          start,
          end,
          ...rest,
        })),
        plugin: oauthPolicies.apexHandler,
        pluginExecutionUser: oauthPolicies.executeHandlerAs,
        profileName: commaSeparatedProfile && namesIn(commaSeparatedProfile),
        permissionSetName: commaSeparatedPermissionSet && namesIn(commaSeparatedPermissionSet),
      }),
      oauthConfig: {
        ...global,
        scopes: namesIn(oauthSettings.commaSeparatedOauthScopes),
        ...given({
          isClientCredentialEnabled: isClientCredentialsFlowEnabled,
          isCodeCredentialEnabled: isCodeCredFlowEnabled,
          isCodeCredentialPostOnly: isCodeCredPostOnly,
          idTokenConfig: idTokenConfig && { ...ofIdTokens, ...given({ idTokenValidity: idTokenValidityInMinutes }) },
          singleLogoutUrl,
          isAdminApproved: permittedUsersPolicyType && permittedUsersPolicyType === 'AdminApprovedPreAuthorized',
          oauthClientCredentialUser: oauthPolicies.clientCredentialsFlowUser,
          assetTokenConfig: assetTokenConfigOf(oauthSettings),
        }),
      },
      oauthPolicy: given({
        ipRelaxation: oauthPolicies.ipRelaxationPolicyType && ipRelaxations[oauthPolicies.ipRelaxationPolicyType],
        refreshTokenPolicy: refreshTokenPolicyOf(oauthPolicies),
        isTokenExchangeFlowEnabled: oauthPolicies.isTokenExchangeFlowEnabled,
        namedUserJwtSessionTimeoutType: oauthPolicies.namedUserJwtSessionTimeoutType,
        namedUserJwtTimeout: oauthPolicies.namedUserJwtTimeout,
        singleLogoutUrl: oauthPolicies.singleLogoutUrl,
      }),
      sessionPolicy: given({
        sessionTimeout: oauthPolicies.sessionTimeoutInMinutes,
        sessionLevel: oauthPolicies.requiredSessionLevel,
        policyAction: oauthPolicies.policyAction,
      }),
    },
    external: {
      ...given({ distributionState }),
      policies: given({
        isEnabled: policies?.isEnabled,
        isOauthPluginEnabled: policies?.isOauthPluginEnabled,
        isClientCredentialsFlowEnabled: oauthPolicies.isClientCredentialsFlowEnabled,
      }),
    },
  }
}

/** A connected app's entry in the words of an external client app's. */
export function externalEntryOf(
  entry: ConnectedAppEntry,
  { distributionState }: ExternalClientApp,
  policies: AppPolicies,
): ExternalClientAppEntry {
  const { fullName, label, contactEmail, contactPhone, description, infoUrl, logoUrl, iconUrl, startUrl } = entry
  const { oauthConfig, oauthPolicy = {}, sessionPolicy = {}, profileName = [], permissionSetName = [] } = entry
  const { scopes, isAdminApproved, isClientCredentialEnabled, isCodeCredentialEnabled, ...ofConfig } = oauthConfig
  const { isCodeCredentialPostOnly, idTokenConfig = {}, assetTokenConfig, singleLogoutUrl, ...config } = ofConfig
  const { isUserAgentEnabled: _, isUsernamePasswordEnabled: __, oauthClientCredentialUser, ...global } = config
  const { idTokenValidity, ...ofIdTokens } = idTokenConfig
  const { mobileStartUrl, mobileAppConfig, canvasConfig, samlConfig, pushMessaging, mobilePolicy, appMenu } = entry
  return {
    fullName,
    ...given({ label }),
    contactEmail,
    ...given({ contactPhone, description, infoUrl, logoUrl, iconUrl, distributionState }),
    globalOauthSettings: {
      ...global,
      ...given({
        isClientCredentialsFlowEnabled: isClientCredentialEnabled,
        isCodeCredFlowEnabled: isCodeCredentialEnabled,
        isCodeCredPostOnly: isCodeCredentialPostOnly,
      }),
      idTokenConfig: { ...given({ idTokenValidityInMinutes: idTokenValidity }), ...ofIdTokens },
    },
    oauthSettings: {
      commaSeparatedOauthScopes: separated(scopes),
      ...given({
        singleLogoutUrl,
        customAttributes: entry.attributes,
        trustedIpRanges: entry.ipRanges?.map(({ start, end, ...rest }) => ({
          startIpAddress: start,
          endIpAddress: end,
          ...rest,
        })),
      }),
      ...(assetTokenConfig === undefined
        ? {}
        : given({
            assetTokenSigningCertificate: assetTokenConfig.assetSigningCertId,
            assetTokenAudiences: assetTokenConfig.assetAudiences,
            assetTokenValidity: assetTokenConfig.assetValidityPeriod,
            areAttributesIncludedInAssetToken: assetTokenConfig.assetIncludeAttributes,
            areCustomPermsIncludedInAssetToken: assetTokenConfig.assetIncludeCustomPerms,
          })),
    },
    policies: {
      isEnabled: policies.isEnabled,
      isOauthPluginEnabled: policies.isOauthPluginEnabled,
      startPage: startUrl === undefined ? 'None' : 'Custom',
      ...given({ startUrl }),
    },
    oauthPolicies: {
      permittedUsersPolicyType: isAdminApproved ? 'AdminApprovedPreAuthorized' : 'AllSelfAuthorized',
      commaSeparatedProfile: separated(profileName),
      commaSeparatedPermissionSet: separated(permissionSetName),
      ...given({
        ipRelaxationPolicyType: ipRelaxationTypes.find((type) => ipRelaxations[type] === oauthPolicy.ipRelaxation),
      }),
      ...refreshTokenFieldsOf(oauthPolicy.refreshTokenPolicy ?? 'infinite'),
      isClientCredentialsFlowEnabled: policies.isClientCredentialsFlowEnabled,
      ...given({
        sessionTimeoutInMinutes: sessionPolicy.sessionTimeout,
        requiredSessionLevel: sessionPolicy.sessionLevel,
        policyAction: sessionPolicy.policyAction,
        clientCredentialsFlowUser: oauthClientCredentialUser,
        isTokenExchangeFlowEnabled: oauthPolicy.isTokenExchangeFlowEnabled,
        namedUserJwtSessionTimeoutType: oauthPolicy.namedUserJwtSessionTimeoutType,
        namedUserJwtTimeout: oauthPolicy.namedUserJwtTimeout,
        singleLogoutUrl: oauthPolicy.singleLogoutUrl,
        apexHandler: entry.plugin,
        executeHandlerAs: entry.pluginExecutionUser,
      }),
    },
    ...given({ mobileStartUrl, mobileAppConfig, canvasConfig, samlConfig, pushMessaging, mobilePolicy, appMenu }),
  }
}

/** Where in an external client app's entry the field stands that a connected app's has at a path. */
export function externalPath(path: Path): Path {
  for (let steps = 3; steps > 0; steps -= 1) {
    const renamed = renamings.get(path.slice(0, steps).join('.'))
    if (renamed !== undefined) return [...renamed, ...path.slice(steps)]
  }
  return path
}

const renamings: ReadonlyMap<string, Path> = new Map<string, Path>([
  ['oauthConfig', ['globalOauthSettings']],
  ['oauthPolicy', ['oauthPolicies']],
  ['sessionPolicy', ['oauthPolicies']],
  ['startUrl', ['policies', 'startUrl']],
  ['attributes', ['oauthSettings', 'customAttributes']],
  ['ipRanges', ['oauthSettings', 'trustedIpRanges']],
  ['plugin', ['oauthPolicies', 'apexHandler']],
  ['pluginExecutionUser', ['oauthPolicies', 'executeHandlerAs']],
  ['profileName', ['oauthPolicies', 'commaSeparatedProfile']],
  ['permissionSetName', ['oauthPolicies', 'commaSeparatedPermissionSet']],
  ['oauthConfig.scopes', ['oauthSettings', 'commaSeparatedOauthScopes']],
  ['oauthConfig.singleLogoutUrl', ['oauthSettings', 'singleLogoutUrl']],
  ['oauthConfig.isClientCredentialEnabled', ['globalOauthSettings', 'isClientCredentialsFlowEnabled']],
  ['oauthConfig.isCodeCredentialEnabled', ['globalOauthSettings', 'isCodeCredFlowEnabled']],
  ['oauthConfig.isCodeCredentialPostOnly', ['globalOauthSettings', 'isCodeCredPostOnly']],
  ['oauthConfig.oauthClientCredentialUser', ['oauthPolicies', 'clientCredentialsFlowUser']],
  ['oauthPolicy.ipRelaxation', ['oauthPolicies', 'ipRelaxationPolicyType']],
  ['oauthPolicy.refreshTokenPolicy', ['oauthPolicies', 'refreshTokenPolicyType']],
  ['sessionPolicy.sessionTimeout', ['oauthPolicies', 'sessionTimeoutInMinutes']],
  ['oauthConfig.assetTokenConfig.assetSigningCertId', ['oauthSettings', 'assetTokenSigningCertificate']],
  ['oauthConfig.assetTokenConfig.assetAudiences', ['oauthSettings', 'assetTokenAudiences']],
  ['oauthConfig.assetTokenConfig.assetValidityPeriod', ['oauthSettings', 'assetTokenValidity']],
])

const ipRelaxations = {
  Enforce: 'ENFORCE',
  Enforce_RelaxRefresh: 'ENFORCE_RELAXREFRESH',
  Bypass_2factor: 'BYPASS_2FACTOR',
  Bypass: 'BYPASS',
} as const
const ipRelaxationTypes = ['Enforce', 'Enforce_RelaxRefresh', 'Bypass_2factor', 'Bypass'] as const

type OauthPolicies = NonNullable<ExternalClientAppEntry['oauthPolicies']>
type OauthSettings = ExternalClientAppEntry['oauthSettings']

function assetTokenConfigOf(settings: OauthSettings): ConnectedAppEntry['oauthConfig']['assetTokenConfig'] {
  const config = given({
    assetSigningCertId: settings.assetTokenSigningCertificate,
    assetAudiences: settings.assetTokenAudiences,
    assetValidityPeriod: settings.assetTokenValidity,
    assetIncludeAttributes: settings.areAttributesIncludedInAssetToken,
    assetIncludeCustomPerms: settings.areCustomPermsIncludedInAssetToken,
  })
  return Object.keys(config).length === 0 ? undefined : { assetSigningCertId: '', assetAudiences: [], ...config }
}

const refreshKinds = { SpecificInactivity: 'specific_inactivity', SpecificLifetime: 'specific_lifetime' } as const

/** Whether the fields of the refresh token policy say one together; in words, what is amiss. */
export function refreshTokenPolicyProblem(policies: OauthPolicies): string | undefined {
  const { refreshTokenPolicyType: type, refreshTokenValidityPeriod: period, refreshTokenValidityUnit: unit } = policies
  const isWhole = isOfPeriod(type)
    ? period !== undefined && unit !== undefined
    : period === undefined && unit === undefined
  if (isWhole) return undefined
  return 'Give refreshTokenValidityPeriod and refreshTokenValidityUnit with SpecificInactivity and SpecificLifetime, and with no other.'
}

function isOfPeriod(type: OauthPolicies['refreshTokenPolicyType']): type is keyof typeof refreshKinds {
  return type === 'SpecificInactivity' || type === 'SpecificLifetime'
}

/** The policy in the words of a connected app: `specific_lifetime:30:DAYS`. */
function refreshTokenPolicyOf(policies: OauthPolicies): string | undefined {
  const { refreshTokenPolicyType: type, refreshTokenValidityPeriod: period, refreshTokenValidityUnit: unit } = policies
  if (!isOfPeriod(type)) return type?.toLowerCase()
  if (period === undefined || unit === undefined) return undefined
  return `${refreshKinds[type]}:${period}:${unit.toUpperCase()}`
}

function refreshTokenFieldsOf(
  policy: string,
): Pick<OauthPolicies, 'refreshTokenPolicyType' | 'refreshTokenValidityPeriod' | 'refreshTokenValidityUnit'> {
  const [kind, period, unit] = policy.split(':')
  if (period === undefined) return { refreshTokenPolicyType: kind === 'zero' ? 'Zero' : 'Infinite' }
  const refreshTokenPolicyType = kind === refreshKinds.SpecificInactivity ? 'SpecificInactivity' : 'SpecificLifetime'
  const refreshTokenValidityUnit = unit === 'HOURS' ? 'Hours' : unit === 'DAYS' ? 'Days' : 'Months'
  return { refreshTokenPolicyType, refreshTokenValidityPeriod: Number(period), refreshTokenValidityUnit }
}

/** A list, or the names between the commas of a text. */
function namesIn(entry: string | readonly string[]): string[] {
  const names = typeof entry === 'string' ? entry.split(',').map((name) => name.trim()) : [...entry]
  return names.filter((name) => name !== '')
}

/** Names with commas between them; a list, where one of them has a comma itself. */
function separated(entry: string | readonly string[]): string | string[] {
  const names = typeof entry === 'string' ? [entry] : [...entry]
  return names.some((name) => name.includes(',')) ? names : names.join(', ')
}
