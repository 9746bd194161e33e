import { stringify } from 'yaml'
import type { AuthProvider, AuthProviderStore } from '../auth-providers/auth-provider.ts'
import type { CertificateStore, OrgCertificate } from '../certificates/certificate.ts'
import {
  type AppPolicies,
  type ConnectedApp,
  type ConnectedAppStore,
  defaultPolicies,
} from '../connected-apps/connected-app.ts'
import type { CustomScope, CustomScopeStore } from '../connected-apps/custom-scope.ts'
import type { MobileAppConfig } from '../connected-apps/mobile-app.ts'
import { writeRefreshTokenPolicy } from '../connected-apps/refresh-policy.ts'
import { metadataNameOfScope } from '../connected-apps/scope.ts'
import type { ExternalCredentialStore, NamedCredentialStore } from '../named-credentials/credential.ts'
import type { Org } from '../orgs/org.ts'
import { objectOf } from '../rest/custom-object.ts'
import { findField, type SObject } from '../rest/object.ts'
import type { FieldValue, ObjectStore, RecordStore, StoredRecord } from '../rest/record.ts'
import { schemaOf } from '../rest/schema.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { weekdays } from '../time-zone.ts'
import type { TokenExchangeHandler, TokenExchangeHandlerStore } from '../token-exchange/token-exchange-handler.ts'
import type { CustomPermission, CustomPermissionStore } from '../users/custom-permission.ts'
import type { LoginHours } from '../users/login-hours.ts'
import type { ObjectPermission, PermissionSet, PermissionSetStore, Profile, ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import type { ConnectedAppEntry } from './app-schemas.ts'
import { externalEntryOf } from './external-client-app.ts'
import { given } from './given.ts'
import type {
  AuthProviderEntry,
  CertificateEntry,
  CustomPermissionEntry,
  CustomScopeEntry,
  OrgEntry,
  OrgFile,
  PermissionSetEntry,
  ProfileEntry,
  RecordEntry,
  SamlSsoConfigEntry,
  TokenExchangeHandlerEntry,
  UserEntry,
} from './org-file.ts'

interface Needs {
  readonly profiles: Pick<ProfileStore, 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'list'>
  readonly users: Pick<UserStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'list'>
  readonly apps: Pick<ConnectedAppStore, 'list' | 'findPolicies'>
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly customPermissions: Pick<CustomPermissionStore, 'list'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  readonly authProviders: Pick<AuthProviderStore, 'list'>
  readonly tokenExchangeHandlers: Pick<TokenExchangeHandlerStore, 'list'>
  readonly externalCredentials: Pick<ExternalCredentialStore, 'list'>
  readonly namedCredentials: Pick<NamedCredentialStore, 'list'>
  readonly objects: Pick<ObjectStore, 'definitions'>
  readonly records: Pick<RecordStore, 'list'>
}

/** An org file as YAML. */
export function orgFileYaml(file: OrgFile): string {
  return stringify(file, { lineWidth: 0 })
}

/**
 * An org as an org file has it, without what is secret: no passwords or hashes of them, no consumer secrets, no private
 * keys. Files of apps for mobile devices are named and not in it. Applied where it came from, it changes nothing.
 */
export async function orgEntryOf(needs: Needs, org: Org): Promise<OrgEntry> {
  const profiles = await needs.profiles.list(org.id)
  const permissionSets = await needs.permissionSets.list(org.id)
  const users = await usersOf(needs, org)
  const objects = await needs.objects.definitions(org.id)
  const [apps, customScopes, customPermissions] = await Promise.all([
    needs.apps.list(org.id),
    needs.customScopes.list(org.id),
    needs.customPermissions.list(org.id),
  ])
  const people = users.map(({ id, username }) => ({ id, name: username }))
  const providers = await needs.authProviders.list(org.id)
  const handlers = await needs.tokenExchangeHandlers.list(org.id)
  const named = apps.map(({ id, fullName }) => ({ id, name: fullName }))
  const names = new Map([...profiles, ...permissionSets, ...people, ...named].map(({ id, name }) => [id, name]))
  const externalIds = new Set(apps.flatMap(({ id, external }) => (external === undefined ? [] : [id])))
  const scopeNames = new Set(customScopes.map(({ name }) => name))
  const namesOf = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id)
  const written = await Promise.all(
    apps.map(async (app) => {
      const found = await needs.apps.findPolicies(app.id, org.id)
      const policies = found ?? { ...defaultPolicies, appId: app.id, orgId: org.id }
      return { app, policies, entry: appEntryOf(app, policies, namesOf, scopeNames) }
    }),
  )
  const externalApps = written.flatMap(({ app, policies, entry }) =>
    app.external === undefined ? [] : [externalEntryOf(entry, app.external, policies)],
  )
  const {
    sessionTimeout,
    maxLoginsPerHour,
    maxLoginAttempts,
    lockoutInterval,
    dailyApiRequests,
    trustedIpRanges,
    corsAllowedOrigins,
    enableIdentityProvider,
    identityProviderCertificate: certificateName,
    ...settings
  } = org.settings
  return {
    name: org.name,
    ...given({ myDomain: org.myDomain, port: org.port }),
    type: org.type,
    isActive: org.isActive,
    settings: {
      ...settings,
      sessionTimeout: minutes(sessionTimeout),
      maxLoginsPerHour: maxLoginsPerHour ?? 'NoLimit',
      maxLoginAttempts: maxLoginAttempts ?? 'NoLimit',
      lockoutInterval: lockoutInterval === undefined ? 'Forever' : minutes(lockoutInterval),
      dailyApiRequests: dailyApiRequests ?? 'NoLimit',
      trustedIpRanges: trustedIpRanges.map((range) => ({ ...range })),
      corsAllowedOrigins: [...corsAllowedOrigins],
      identityProviderSettings: { enableIdentityProvider, ...given({ certificateName }) },
    },
    profiles: profiles.map((profile) => ({
      ...profileEntryOf(profile),
      ...givenPermissions(customPermissions, ({ profileIds }) => profileIds.includes(profile.id)),
    })),
    permissionSets: permissionSets.map((permissionSet) => ({
      ...permissionSetEntryOf(permissionSet),
      ...givenPermissions(customPermissions, ({ permissionSetIds }) => permissionSetIds.includes(permissionSet.id)),
    })),
    users: users.map((user) => userEntryOf(user, namesOf)),
    certificates: (await needs.certificates.list(org.id)).map(certificateEntryOf),
    connectedApps: written.flatMap(({ app, entry }) => (app.external === undefined ? [entry] : [])),
    ...(externalApps.length === 0 ? {} : { externalClientApps: externalApps }),
    ...(customScopes.length === 0 ? {} : { customScopes: customScopes.map((scope) => scopeEntryOf(scope, apps)) }),
    ...(customPermissions.length === 0
      ? {}
      : { customPermissions: customPermissions.map((permission) => permissionEntryOf(permission, apps)) }),
    samlSsoConfigs: (await needs.samlSsoConfigs.list(org.id)).map((config) => samlSsoConfigEntryOf(config, namesOf)),
    ...(providers.length === 0 ? {} : { authProviders: providers.map(authProviderEntryOf) }),
    ...(handlers.length === 0
      ? {}
      : { tokenExchangeHandlers: handlers.map((handler) => handlerEntryOf(handler, namesOf, externalIds)) }),
    ...credentialsOf('externalCredentials', await needs.externalCredentials.list(org.id)),
    ...credentialsOf('namedCredentials', await needs.namedCredentials.list(org.id)),
    ...(objects.length === 0 ? {} : { objects: objects.map(({ keyPrefix: _, ...object }) => object) }),
    records: await recordsOf(needs, org, schemaOf(objects.map(objectOf)).objects),
  }
}

/** Credentials by their names; nothing, where there are none. */
function credentialsOf<Name extends string, Settings>(
  field: Name,
  credentials: readonly { readonly name: string; readonly settings: Settings }[],
): Partial<Record<Name, ({ fullName: string } & Settings)[]>> {
  if (credentials.length === 0) return {}
  const entries: Partial<Record<Name, ({ fullName: string } & Settings)[]>> = {}
  entries[field] = credentials.map(({ name, settings }) => ({ fullName: name, ...settings }))
  return entries
}

type NamesOf = (ids: readonly string[]) => string[]

function profileEntryOf(profile: Profile): ProfileEntry {
  const { name, permissions, loginIpRanges, loginHours, sessionTimeout, requiresHighAssurance, objectPermissions } =
    profile
  return {
    name,
    permissions: [...permissions],
    loginIpRanges: loginIpRanges.map((range) => ({ ...range })),
    loginHours: loginHoursEntryOf(loginHours),
    ...given({ sessionTimeout: sessionTimeout === undefined ? undefined : minutes(sessionTimeout) }),
    requiredSessionLevel: requiresHighAssurance ? 'HIGH_ASSURANCE' : 'STANDARD',
    ...objectPermissionsOf(objectPermissions),
  }
}

function loginHoursEntryOf(hours: LoginHours): NonNullable<ProfileEntry['loginHours']> {
  const entry: NonNullable<ProfileEntry['loginHours']> = {}
  for (const day of weekdays) {
    const held = hours[day]
    if (held === undefined) continue
    entry[`${day}Start`] = held.from
    entry[`${day}End`] = held.until
  }
  return entry
}

/** Nothing, where nothing is allowed. */
function objectPermissionsOf(permissions: readonly ObjectPermission[]): Pick<ProfileEntry, 'objectPermissions'> {
  return permissions.length === 0 ? {} : { objectPermissions: permissions.map((one) => ({ ...one })) }
}

function permissionSetEntryOf({ name, label, permissions, objectPermissions }: PermissionSet): PermissionSetEntry {
  return { name, label, permissions: [...permissions], ...objectPermissionsOf(objectPermissions) }
}

/** The custom permissions that are given; nothing, where none is. */
function givenPermissions(
  all: readonly CustomPermission[],
  isGiven: (permission: CustomPermission) => boolean,
): Pick<ProfileEntry, 'customPermissions'> {
  const names = all.filter(isGiven).map(({ name }) => name)
  return names.length === 0 ? {} : { customPermissions: names }
}

function scopeEntryOf(
  { name, label, description, isPublic, isProtected }: CustomScope,
  apps: readonly ConnectedApp[],
): CustomScopeEntry {
  const assignedTo = apps.filter(({ scopes }) => scopes.includes(name)).map(({ fullName }) => fullName)
  return { developerName: name, masterLabel: label, description, isPublic, isProtected, assignedTo }
}

function permissionEntryOf(
  { name, label, description, appId }: CustomPermission,
  apps: readonly ConnectedApp[],
): CustomPermissionEntry {
  const connectedApp = apps.find(({ id }) => id === appId)?.fullName
  return { fullName: name, label, ...given({ description, connectedApp }) }
}

function userEntryOf(user: User, namesOf: NamesOf): UserEntry {
  const { username, email, firstName, lastName, nickname, isActive, timeZone, locale, language } = user
  const { country, mobilePhone, federationId } = user
  const [profile = user.profileId] = namesOf([user.profileId])
  return {
    username,
    email,
    lastName,
    nickname,
    profile,
    permissionSets: namesOf(user.permissionSetIds),
    isActive,
    timeZone,
    locale,
    language,
    ...given({ firstName, country, mobilePhone, federationId }),
  }
}

function certificateEntryOf({
  name,
  label,
  certificate,
  chain,
  isPrivateKeyExportable,
}: OrgCertificate): CertificateEntry {
  return { name, label, certificate: [certificate.pem, ...chain].join(''), isPrivateKeyExportable }
}

/** How an app looks on devices and inside of pages. */
function appearanceOf({ mobile, canvas }: ConnectedApp): Partial<ConnectedAppEntry> {
  const { startUrl: mobileStartUrl, app, pushServiceType: platform, hasFullContentPush: fullContent } = mobile
  const canvasConfig = canvas && {
    ...given(canvas),
    locations: [...canvas.locations],
    options: [...canvas.options],
  }
  return given({
    mobileStartUrl,
    mobileAppConfig: app && mobileAppEntryOf(app),
    pushMessaging: platform === undefined ? undefined : { platform, fullContent },
    canvasConfig,
  })
}

/** Files by their names alone: their bytes are no text, and whoever applies this puts them beside it. */
function mobileAppEntryOf({ applicationBinaryFile: binary, applicationIconFile: icon, ...others }: MobileAppConfig) {
  return given({
    ...others,
    applicationBinaryFileName: binary?.fileName,
    applicationFileLength: binary?.length,
    applicationIconFileName: icon?.fileName,
  })
}

/** How people sign in to an app by SAML. */
function samlOf({ saml }: ConnectedApp): Pick<ConnectedAppEntry, 'samlConfig'> {
  if (saml === undefined) return {}
  const { certificate, samlSubjectCustomAttr, issuer, encryptionCertificate, samlSloUrl, ...always } = saml
  const some = { samlSubjectCustomAttr, issuer, certificate: certificate?.pem, encryptionCertificate, samlSloUrl }
  return { samlConfig: { ...always, ...given(some) } }
}

function samlSsoConfigEntryOf(
  config: SamlSsoConfig,
  namesOf: (ids: readonly string[]) => readonly string[],
): SamlSsoConfigEntry {
  const { fullName, label, issuer, samlEntityId, validationCert, identityMapping, identityLocation } = config
  return {
    fullName,
    name: label,
    issuer,
    samlEntityId,
    validationCert: validationCert.pem,
    identityMapping,
    identityLocation,
    redirectBinding: config.redirectBinding,
    requestSignatureMethod: config.requestSignatureMethod,
    userProvisioning: config.userProvisioning,
    singleLogoutBinding: config.singleLogoutBinding,
    ...given({
      attributeName: config.attributeName,
      loginUrl: config.loginUrl,
      requestSigningCertId: config.requestSigningCertId,
      decryptionCertificate: config.decryptionCertificate,
      samlJitHandlerId: config.samlJitHandlerId,
      executionUserId: config.executionUserId && namesOf([config.executionUserId])[0],
      singleLogoutUrl: config.singleLogoutUrl,
      logoutUrl: config.logoutUrl,
    }),
  }
}

function authProviderEntryOf(provider: AuthProvider): AuthProviderEntry {
  const { userInfoUrl, idTokenIssuer } = provider
  return {
    developerName: provider.developerName,
    friendlyName: provider.friendlyName,
    providerType: 'OpenIdConnect',
    consumerKey: provider.consumerKey,
    authorizeUrl: provider.authorizeUrl,
    tokenUrl: provider.tokenUrl,
    ...given({ userInfoUrl, idTokenIssuer }),
    defaultScopes: provider.defaultScopes,
    sendClientCredentialsInHeader: provider.sendClientCredentialsInHeader,
    isPkceEnabled: provider.isPkceEnabled,
    requireMfa: provider.requireMfa,
    userMatching: provider.userMatching,
  }
}

function appEntryOf(
  app: ConnectedApp,
  policies: AppPolicies,
  namesOf: NamesOf,
  customScopes: ReadonlySet<string>,
): ConnectedAppEntry {
  const { fullName, label, contactEmail, contactPhone, description, infoUrl, logoUrl, iconUrl, startUrl } = app
  const nameOf = (userId: string | undefined) => (userId === undefined ? undefined : namesOf([userId])[0])
  const oauthClientCredentialUser = nameOf(policies.clientCredentialUserId)
  return {
    fullName,
    label,
    contactEmail,
    ...given({ contactPhone, description, infoUrl, logoUrl, iconUrl, startUrl }),
    oauthConfig: {
      callbackUrl: [...app.callbackUrls],
      consumerKey: app.consumerKey,
      ...given({ certificate: app.certificate?.pem, singleLogoutUrl: app.singleLogoutUrl }),
      // Custom scopes stand with the apps that they are assigned to.
      scopes: app.scopes.filter((scope) => !customScopes.has(scope)).map(metadataNameOfScope),
      isAdminApproved: policies.isAdminApproved,
      isConsumerSecretOptional: app.isConsumerSecretOptional,
      isSecretRequiredForRefreshToken: app.isSecretRequiredForRefreshToken,
      isPkceRequired: app.isPkceRequired,
      isIntrospectAllTokens: app.isIntrospectAllTokens,
      isRefreshTokenRotationEnabled: app.isRefreshTokenRotationEnabled,
      isClientCredentialEnabled: app.isClientCredentialEnabled,
      isNamedUserJwtEnabled: app.isNamedUserJwtEnabled,
      isDeviceFlowEnabled: app.isDeviceFlowEnabled,
      isUserAgentEnabled: app.isUserAgentEnabled,
      isUsernamePasswordEnabled: app.isUsernamePasswordEnabled,
      isCodeCredentialEnabled: app.isCodeCredentialEnabled,
      isCodeCredentialPostOnly: app.isCodeCredentialPostOnly,
      isTokenExchangeEnabled: app.isTokenExchangeEnabled,
      isSecretRequiredForTokenExchange: app.isSecretRequiredForTokenExchange,
      ...given({ oauthClientCredentialUser, assetTokenConfig: assetTokenEntryOf(app) }),
      idTokenConfig: {
        idTokenValidity: minutes(app.idTokenConfig.validity),
        idTokenAudience: [...app.idTokenConfig.audiences],
        idTokenIncludeStandardClaims: app.idTokenConfig.includesStandardClaims,
        idTokenIncludeAttributes: app.idTokenConfig.includesAttributes,
        idTokenIncludeCustomPerms: app.idTokenConfig.includesCustomPermissions,
      },
    },
    oauthPolicy: {
      ipRelaxation: policies.ipRelaxation,
      refreshTokenPolicy: writeRefreshTokenPolicy(policies.refreshTokenPolicy),
      isTokenExchangeFlowEnabled: policies.isTokenExchangeFlowEnabled,
      ...given({ singleLogoutUrl: policies.singleLogoutUrl }),
      ...jwtTimeoutOf(policies),
    },
    sessionPolicy: {
      ...given({
        sessionTimeout: policies.sessionTimeout === undefined ? undefined : minutes(policies.sessionTimeout),
      }),
      sessionLevel: policies.requiresHighAssurance ? 'HIGH_ASSURANCE' : 'STANDARD',
      policyAction: policies.assuranceAction,
    },
    attributes: app.attributes.map((attribute) => ({ ...attribute })),
    ipRanges: app.ipRanges.map((range) => ({ ...range })),
    ...given({ plugin: policies.plugin, pluginExecutionUser: nameOf(policies.pluginExecutionUserId) }),
    ...appearanceOf(app),
    ...samlOf(app),
    mobilePolicy: policies.mobilePolicy ?? null,
    appMenu: { ...policies.menu },
    profileName: namesOf(policies.profileIds),
    permissionSetName: namesOf(policies.permissionSetIds),
  }
}

function assetTokenEntryOf({ assetTokenConfig }: ConnectedApp): ConnectedAppEntry['oauthConfig']['assetTokenConfig'] {
  if (assetTokenConfig === undefined) return undefined
  return {
    assetValidityPeriod: minutes(assetTokenConfig.validity),
    assetSigningCertId: assetTokenConfig.certificate,
    assetAudiences: [...assetTokenConfig.audiences],
    assetIncludeAttributes: assetTokenConfig.includesAttributes,
    assetIncludeCustomPerms: assetTokenConfig.includesCustomPermissions,
  }
}

function handlerEntryOf(
  handler: TokenExchangeHandler,
  namesOf: NamesOf,
  externalIds: ReadonlySet<string>,
): TokenExchangeHandlerEntry {
  const { developerName, masterLabel, description, tokenHandlerApex, tokenTypes } = handler
  return {
    developerName,
    masterLabel,
    description,
    tokenHandlerApex,
    isAccessTokenSupported: tokenTypes.includes('ACCESS_TOKEN'),
    isRefreshTokenSupported: tokenTypes.includes('REFRESH_TOKEN'),
    isIdTokenSupported: tokenTypes.includes('ID_TOKEN'),
    isSaml2Supported: tokenTypes.includes('SAML_2'),
    isJwtSupported: tokenTypes.includes('JWT'),
    isEnabled: handler.isEnabled,
    isUserCreationAllowed: handler.isUserCreationAllowed,
    isProtected: handler.isProtected,
    enablements: handler.enablements.map(({ appId, executionUserId, isDefault }) => {
      const [app = appId, apexExecutionUser = executionUserId] = namesOf([appId, executionUserId])
      const named = externalIds.has(appId) ? { externalClientApp: app } : { connectedApp: app }
      return { ...named, apexExecutionUser, isDefault }
    }),
  }
}

function jwtTimeoutOf({ namedUserJwtTimeout }: AppPolicies) {
  return namedUserJwtTimeout === undefined
    ? ({ namedUserJwtSessionTimeoutType: 'UserSession' } as const)
    : ({ namedUserJwtSessionTimeoutType: 'Custom', namedUserJwtTimeout: minutes(namedUserJwtTimeout) } as const)
}

async function usersOf({ users }: Pick<Needs, 'users'>, org: Org): Promise<readonly User[]> {
  const all: User[] = []
  const limit = 500
  for (;;) {
    const after = all.at(-1)?.username
    const page = await users.list(org.id, { limit, ...given({ after }) })
    all.push(...page)
    if (page.length < limit) return all
  }
}

async function recordsOf(
  { records }: Pick<Needs, 'records'>,
  org: Org,
  objects: readonly SObject[],
): Promise<Record<string, RecordEntry[]>> {
  const limit = 500
  const found: [string, RecordEntry[]][] = []
  for (const object of objects) {
    if (object.kind !== 'stored') continue
    const all: RecordEntry[] = []
    for (let page = limit; page === limit; ) {
      const some = await records.list(org.id, object.name, { offset: all.length, limit })
      all.push(...some.map((record) => recordEntryOf(object, record)))
      page = some.length
    }
    if (all.length > 0) found.push([object.name, all])
  }
  return Object.fromEntries(found)
}

/** What people give of a record. Ids of other records are no use in another org. */
function recordEntryOf(object: SObject, { fields }: StoredRecord): RecordEntry {
  const given = Object.entries(fields).filter(([name]) => {
    const field = findField(object, name)
    return field !== undefined && !field.isCalculated && field.type !== 'reference'
  })
  return Object.fromEntries(given.map(([name, value]) => [name, wireFieldValue(object, name, value)]))
}

function wireFieldValue(object: SObject, name: string, value: FieldValue): FieldValue {
  const isTime = findField(object, name)?.type === 'datetime' && typeof value === 'number'
  return isTime ? new Date(value).toISOString() : value
}

function minutes(seconds: number): number {
  return Math.max(1, Math.round(seconds / 60))
}
