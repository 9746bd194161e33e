import type { EnteredPolicies } from '../connected-apps/app-policies.ts'
import type { EnteredApp } from '../connected-apps/app-settings.ts'
import { readCallbackUrls } from '../connected-apps/callback-url.ts'
import type { AssetTokenConfig, IdTokenConfig } from '../connected-apps/connected-app.ts'
import { type EnteredMobileApp, isMobileFileField } from '../connected-apps/mobile-app.ts'
import { readRefreshTokenPolicy } from '../connected-apps/refresh-policy.ts'
import type { EnteredSamlConfig } from '../connected-apps/saml-config.ts'
import type { Problem } from '../problem.ts'
import type { ConnectedAppEntry } from './app-schemas.ts'
import { externalPath } from './external-client-app.ts'
import type { ListedApp } from './read.ts'
import type { Path } from './yaml-text.ts'

/** What acts are told of a connected app in an org file. */
export interface EnteredByFile {
  readonly settings: EnteredApp & Pick<Required<EnteredApp>, 'contactEmail' | 'callbackUrls' | 'scopes'>
  readonly policies: EnteredPolicies
}

/**
 * An app's entry in the words of the acts: minutes become seconds, lines a list.
 * @param customScopes those that the file assigns to the app where it lists them
 */
export function enteredApp(
  { entry, external, certificate, samlCertificate, mobileFiles }: Omit<ListedApp, 'path'>,
  customScopes: readonly string[],
): EnteredByFile {
  const { fullName, oauthConfig, oauthPolicy, sessionPolicy, profileName, permissionSetName, ...others } = entry
  const { mobileStartUrl, mobileAppConfig, pushMessaging, canvasConfig, samlConfig, mobilePolicy, appMenu, ...ofApp } =
    others
  const { plugin, pluginExecutionUser, ...top } = ofApp
  const {
    callbackUrl,
    consumerKey,
    consumerSecret,
    certificateFile,
    scopes,
    isAdminApproved,
    idTokenConfig,
    assetTokenConfig,
    oauthClientCredentialUser,
    ...oauth
  } = oauthConfig
  const refreshTokenPolicy =
    oauthPolicy?.refreshTokenPolicy === undefined ? undefined : readRefreshTokenPolicy(oauthPolicy.refreshTokenPolicy)
  const level = sessionPolicy?.sessionLevel
  const jwtTimeout = enteredJwtTimeout(oauthPolicy)
  return {
    settings: {
      ...top,
      ...oauth,
      ...(external?.distributionState === undefined ? {} : { distributionState: external.distributionState }),
      callbackUrls: typeof callbackUrl === 'string' ? readCallbackUrls(callbackUrl) : callbackUrl,
      scopes: [...listOf(scopes), ...customScopes],
      ...(certificate === undefined ? {} : { certificate }),
      mobile: {
        ...(mobileStartUrl === undefined ? {} : { startUrl: mobileStartUrl }),
        ...(mobileAppConfig === undefined ? {} : { app: enteredMobileApp(mobileAppConfig, mobileFiles) }),
        ...(pushMessaging?.platform === undefined ? {} : { pushServiceType: pushMessaging.platform }),
        ...(pushMessaging?.fullContent === undefined ? {} : { hasFullContentPush: pushMessaging.fullContent }),
      },
      ...(canvasConfig === undefined ? {} : { canvas: canvasConfig }),
      ...(samlConfig === undefined ? {} : { saml: enteredSaml(samlConfig, samlCertificate) }),
      ...(idTokenConfig === undefined ? {} : { idTokenConfig: enteredIdTokenConfig(idTokenConfig) }),
      ...(assetTokenConfig === undefined ? {} : { assetTokenConfig: enteredAssetTokenConfig(assetTokenConfig) }),
    },
    policies: {
      ...external?.policies,
      ...(isAdminApproved === undefined ? {} : { isAdminApproved }),
      ...(profileName === undefined ? {} : { profiles: listOf(profileName) }),
      ...(permissionSetName === undefined ? {} : { permissionSets: listOf(permissionSetName) }),
      ...(oauthPolicy?.ipRelaxation === undefined ? {} : { ipRelaxation: oauthPolicy.ipRelaxation }),
      ...(refreshTokenPolicy === undefined ? {} : { refreshTokenPolicy }),
      ...(sessionPolicy?.sessionTimeout === undefined ? {} : { sessionTimeout: sessionPolicy.sessionTimeout * 60 }),
      ...(level === undefined ? {} : { requiresHighAssurance: level === 'HIGH_ASSURANCE' }),
      ...(sessionPolicy?.policyAction === undefined ? {} : { assuranceAction: sessionPolicy.policyAction }),
      ...(oauthPolicy?.isTokenExchangeFlowEnabled === undefined
        ? {}
        : { isTokenExchangeFlowEnabled: oauthPolicy.isTokenExchangeFlowEnabled }),
      ...(oauthPolicy?.singleLogoutUrl === undefined ? {} : { singleLogoutUrl: oauthPolicy.singleLogoutUrl }),
      ...(plugin === undefined ? {} : { plugin }),
      ...(pluginExecutionUser === undefined ? {} : { pluginExecutionUser }),
      ...(oauthClientCredentialUser === undefined ? {} : { clientCredentialUser: oauthClientCredentialUser }),
      ...jwtTimeout,
      ...(mobilePolicy === undefined ? {} : { mobilePolicy: mobilePolicy ?? undefined }),
      ...(appMenu === undefined ? {} : { menu: appMenu }),
    },
  }
}

/** Files as they were read, by the names of the fields that they are in. */
function enteredMobileApp(
  {
    applicationBinaryFile: _binary,
    applicationBinaryFileName: _binaryName,
    applicationFileLength: _length,
    applicationIconFile: _icon,
    applicationIconFileName: _iconName,
    ...others
  }: NonNullable<ConnectedAppEntry['mobileAppConfig']>,
  files: ListedApp['mobileFiles'],
): EnteredMobileApp {
  return { ...others, ...files }
}

/** Minutes count with the type `Custom`, which they stand for alone; `UserSession` leaves it to the user's session. */
function enteredJwtTimeout(policy: ConnectedAppEntry['oauthPolicy']): Pick<EnteredPolicies, 'namedUserJwtTimeout'> {
  const { namedUserJwtSessionTimeoutType: type, namedUserJwtTimeout: minutes } = policy ?? {}
  if (type === 'UserSession') return { namedUserJwtTimeout: undefined }
  return minutes === undefined ? {} : { namedUserJwtTimeout: minutes * 60 }
}

type IdTokenEntry = NonNullable<ConnectedAppEntry['oauthConfig']['idTokenConfig']>

function enteredIdTokenConfig(entry: IdTokenEntry): Partial<IdTokenConfig> {
  const { idTokenValidity, idTokenAudience, idTokenIncludeStandardClaims } = entry
  const { idTokenIncludeAttributes, idTokenIncludeCustomPerms } = entry
  return {
    ...(idTokenValidity === undefined ? {} : { validity: idTokenValidity * 60 }),
    ...(idTokenAudience === undefined ? {} : { audiences: listOf(idTokenAudience) }),
    ...(idTokenIncludeStandardClaims === undefined ? {} : { includesStandardClaims: idTokenIncludeStandardClaims }),
    ...(idTokenIncludeAttributes === undefined ? {} : { includesAttributes: idTokenIncludeAttributes }),
    ...(idTokenIncludeCustomPerms === undefined ? {} : { includesCustomPermissions: idTokenIncludeCustomPerms }),
  }
}

/** @param certificate the text of the file that is named, or the text that stands there */
function enteredSaml(
  { certificateFile: _, samlSubjectType, ...others }: NonNullable<ConnectedAppEntry['samlConfig']>,
  certificate: string | undefined,
): EnteredSamlConfig {
  return {
    ...others,
    ...(certificate === undefined ? {} : { certificate }),
    ...(samlSubjectType === undefined
      ? {}
      : { samlSubjectType: samlSubjectType === 'CustomAttribute' ? 'CustomAttr' : samlSubjectType }),
  }
}

type AssetTokenEntry = NonNullable<ConnectedAppEntry['oauthConfig']['assetTokenConfig']>

function enteredAssetTokenConfig(entry: AssetTokenEntry): Partial<AssetTokenConfig> {
  const { assetValidityPeriod, assetIncludeAttributes, assetIncludeCustomPerms } = entry
  return {
    certificate: entry.assetSigningCertId,
    audiences: listOf(entry.assetAudiences),
    ...(assetValidityPeriod === undefined ? {} : { validity: assetValidityPeriod * 60 }),
    ...(assetIncludeAttributes === undefined ? {} : { includesAttributes: assetIncludeAttributes }),
    ...(assetIncludeCustomPerms === undefined ? {} : { includesCustomPermissions: assetIncludeCustomPerms }),
  }
}

/** A list, or the lines of a text. */
export function listOf(entry: string | readonly string[]): readonly string[] {
  if (typeof entry !== 'string') return entry
  return entry
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

const ofOauthConfig = new Set([
  'consumerKey',
  'consumerSecret',
  'isConsumerSecretOptional',
  'isSecretRequiredForRefreshToken',
  'isPkceRequired',
  'isIntrospectAllTokens',
  'isRefreshTokenRotationEnabled',
  'isClientCredentialEnabled',
  'isTokenExchangeEnabled',
  'isSecretRequiredForTokenExchange',
  'isNamedUserJwtEnabled',
  'isDeviceFlowEnabled',
  'isUserAgentEnabled',
  'isUsernamePasswordEnabled',
  'isCodeCredentialEnabled',
  'isCodeCredentialPostOnly',
  'idTokenConfig',
  'scopes',
  'singleLogoutUrl',
])

const ofPolicies = new Map<string, Path>([
  ['policies.namedUserJwtTimeout', ['oauthPolicy', 'namedUserJwtTimeout']],
  ['assetTokenConfig.certificate', ['oauthConfig', 'assetTokenConfig', 'assetSigningCertId']],
  ['assetTokenConfig.validity', ['oauthConfig', 'assetTokenConfig', 'assetValidityPeriod']],
  ['assetTokenConfig.audiences', ['oauthConfig', 'assetTokenConfig', 'assetAudiences']],
  ['policies.singleLogoutUrl', ['oauthPolicy', 'singleLogoutUrl']],
  ['policies.plugin', ['plugin']],
  ['policies.pluginExecutionUser', ['pluginExecutionUser']],
  ['policies.clientCredentialUser', ['oauthConfig', 'oauthClientCredentialUser']],
  ['policies.profiles', ['profileName']],
  ['policies.permissionSets', ['permissionSetName']],
  ['policies.sessionTimeout', ['sessionPolicy', 'sessionTimeout']],
  ['policies.mobilePolicy', ['mobilePolicy']],
  ['policies.menu', ['appMenu', 'sortOrder']],
])

function mobilePath(rest: readonly string[]): Path {
  const [first = '', ...others] = rest
  const [field = ''] = others
  if (first === 'app') return ['mobileAppConfig', isMobileFileField(field) ? `${field}Name` : field]
  return first === 'startUrl' ? ['mobileStartUrl'] : ['pushMessaging', 'fullContent']
}

/** Where in an app's entry the field stands that an act finds fault with. */
export function appFieldPath({ entry, external }: Pick<ListedApp, 'entry' | 'external'>, problem: Problem): Path {
  const path = connectedFieldPath(entry, problem)
  return external === undefined ? path : externalPath(path)
}

function connectedFieldPath({ oauthConfig, samlConfig }: ConnectedAppEntry, { field, item }: Problem): Path {
  const number = item === undefined ? [] : [item]
  if (field === 'callbackUrls') return ['oauthConfig', 'callbackUrl', ...number]
  if (field === 'certificate') {
    return ['oauthConfig', oauthConfig.certificateFile === undefined ? 'certificate' : 'certificateFile']
  }
  if (field === 'idTokenConfig') {
    return ['oauthConfig', 'idTokenConfig', ...(item === undefined ? [] : ['idTokenAudience', item])]
  }
  const [part, ...rest] = field.split('.')
  if (part === 'mobile') return mobilePath(rest)
  if (part === 'canvas') return ['canvasConfig', ...rest]
  if (field === 'saml.certificate' && samlConfig?.certificateFile !== undefined)
    return ['samlConfig', 'certificateFile']
  if (part === 'saml') return ['samlConfig', ...rest]
  if (ofOauthConfig.has(field)) return ['oauthConfig', field, ...number]
  return [...(ofPolicies.get(field) ?? [field]), ...number]
}
