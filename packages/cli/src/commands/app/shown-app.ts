import {
  type AppPolicies,
  type ConnectedApp,
  fileSize,
  type IpRange,
  metadataNameOfScope,
  type RefreshTokenPolicy,
  type Stores,
  writeAttributeLine,
} from '@sallyport/server'
import type { AppInOrg } from '../../find.ts'
import { details, duration, minute, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** A connected app with its org's policies, and the names of what their ids stand for. */
export interface ShownApp {
  readonly app: ConnectedApp
  readonly org: string
  readonly policies: AppPolicies | undefined
  readonly profiles: readonly string[]
  readonly permissionSets: readonly string[]
  /** The username of *Run As*. */
  readonly runAs: string | undefined
  /** The same of the custom handler. */
  readonly handlerRunAs: string | undefined
  /** Only when it was asked for, or has just been made. */
  readonly consumerSecret?: string
}

/** Looks up what goes with an app in an org. */
export async function shownApp(
  { apps, profiles, permissionSets, users }: Pick<Stores, 'apps' | 'profiles' | 'permissionSets' | 'users'>,
  { app, org }: AppInOrg,
  consumerSecret?: string,
): Promise<ShownApp> {
  const policies = await apps.findPolicies(app.id, org.id)
  const approvedProfiles = await Promise.all((policies?.profileIds ?? []).map((id) => profiles.find(id)))
  const approvedSets = await Promise.all((policies?.permissionSetIds ?? []).map((id) => permissionSets.find(id)))
  const nameOf = async (id: string | undefined) => (id === undefined ? undefined : (await users.find(id))?.username)
  return {
    app,
    org: org.name,
    policies,
    runAs: await nameOf(policies?.clientCredentialUserId),
    handlerRunAs: await nameOf(policies?.pluginExecutionUserId),
    profiles: approvedProfiles.flatMap((profile) => profile?.name ?? []),
    permissionSets: approvedSets.flatMap((permissionSet) => permissionSet?.name ?? []),
    ...(consumerSecret !== undefined && { consumerSecret }),
  }
}

/** A connected app as programs read it. */
export function appJson(shown: ShownApp): Readonly<Record<string, unknown>> {
  const { app, org, policies, profiles, permissionSets, runAs, handlerRunAs, consumerSecret: secret } = shown
  const { orgId, consumerSecret, certificate, saml, ...settings } = app
  return {
    org,
    isBuiltIn: orgId === undefined,
    ...settings,
    ...(secret !== undefined && { consumerSecret: secret }),
    isRotationUnderWay: consumerSecret.previousHash !== undefined,
    certificate: certificate && {
      subject: certificate.subject,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      fingerprint256: certificate.fingerprint256,
    },
    saml: saml && { ...saml, certificate: saml.certificate?.pem },
    isInstalled: policies?.isInstalled ?? false,
    policies: policies && {
      isAdminApproved: policies.isAdminApproved,
      profiles,
      permissionSets,
      ipRelaxation: policies.ipRelaxation,
      refreshTokenPolicy: policies.refreshTokenPolicy,
      sessionTimeout: policies.sessionTimeout,
      requiresHighAssurance: policies.requiresHighAssurance,
      assuranceAction: policies.assuranceAction,
      mobilePolicy: policies.mobilePolicy,
      menu: policies.menu,
      clientCredentialUser: runAs,
      isTokenExchangeFlowEnabled: policies.isTokenExchangeFlowEnabled,
      ...(app.external !== undefined && {
        isClientCredentialsFlowEnabled: policies.isClientCredentialsFlowEnabled,
        isEnabled: policies.isEnabled,
        isOauthPluginEnabled: policies.isOauthPluginEnabled,
      }),
      namedUserJwtTimeout: policies.namedUserJwtTimeout,
      singleLogoutUrl: policies.singleLogoutUrl,
      plugin: policies.plugin,
      pluginExecutionUser: handlerRunAs,
      isBlocked: policies.isBlocked,
    },
  }
}

/** A connected app as people read it. */
export function appText(shown: ShownApp, style: Style): string {
  const { app, org, policies } = shown
  const { certificate, idTokenConfig } = app
  const rotation = 'a rotation is under way: the one before is still valid'
  return details(
    {
      Name: app.fullName,
      Kind: app.external && `external client app, ${app.external.distributionState}`,
      Label: app.label,
      Org: app.orgId === undefined ? `${org} (built in)` : org,
      'Consumer key': app.consumerKey,
      'Consumer secret': shown.consumerSecret ?? (app.consumerSecret.previousHash === undefined ? undefined : rotation),
      'Callback URLs': app.callbackUrls.join('\n'),
      Scopes: app.scopes.map((scope) => `${scope} (${metadataNameOfScope(scope)})`).join('\n'),
      Certificate:
        certificate && `${certificate.subject}\nuntil ${minute(certificate.notAfter)}\n${certificate.fingerprint256}`,
      'Secret required': `web server flow: ${yesNo(!app.isConsumerSecretOptional)}, refresh: ${yesNo(app.isSecretRequiredForRefreshToken)}`,
      'PKCE required': yesNo(app.isPkceRequired),
      'Introspects all tokens': yesNo(app.isIntrospectAllTokens),
      'Rotates refresh tokens': yesNo(app.isRefreshTokenRotationEnabled),
      'Device flow': yesNo(app.isDeviceFlowEnabled),
      'Client credentials': clientCredentialsText(shown),
      'Token exchange': exchangeText(shown),
      'Asset tokens': assetText(app),
      'JWT access tokens': jwtText(shown),
      ...(app.external === undefined && {
        'User-agent': yesNo(app.isUserAgentEnabled),
        'Username-password': yesNo(app.isUsernamePasswordEnabled),
      }),
      'Code and credentials': yesNo(app.isCodeCredentialEnabled),
      'Credentials in the body alone': yesNo(app.isCodeCredentialPostOnly),
      'ID tokens': [
        `valid ${duration(idTokenConfig.validity)}`,
        ...idTokenConfig.audiences.map((audience) => `for ${audience}`),
        ...(idTokenConfig.includesStandardClaims ? ['with the standard claims'] : []),
        ...(idTokenConfig.includesAttributes ? ['with the custom attributes'] : []),
        ...(idTokenConfig.includesCustomPermissions ? ['with the custom permissions'] : []),
      ].join('\n'),
      'Custom attributes': app.attributes.map(writeAttributeLine).join('\n') || undefined,
      'Trusted IP ranges': app.ipRanges.map(rangeText).join('\n') || undefined,
      'Info URL': app.infoUrl,
      'Logo URL': app.logoUrl,
      'Icon URL': app.iconUrl,
      'Start URL': app.startUrl,
      'Single logout URL': app.singleLogoutUrl,
      'Mobile start URL': app.mobile.startUrl,
      'Mobile app': mobileText(app),
      'Push messages': app.mobile.pushServiceType,
      Canvas: canvasText(app),
      SAML: samlText(app),
      Contact: [app.contactEmail, app.contactPhone].filter((each) => each !== undefined && each !== '').join(', '),
      Description: app.description,
      ...policyPairs(shown, policies),
      Changed: minute(app.modifiedAt),
    },
    style,
  )
}

function clientCredentialsText({ app, policies }: ShownApp): string {
  if (!app.isClientCredentialEnabled) return 'no'
  if (app.external === undefined) return 'yes'
  return policies?.isClientCredentialsFlowEnabled === true
    ? 'yes, allowed by the org'
    : 'yes, not allowed by the org yet'
}

function exchangeText({ app, policies }: ShownApp): string {
  if (!app.isTokenExchangeEnabled) return 'no'
  const allowed = policies?.isTokenExchangeFlowEnabled === true ? 'allowed by the org' : 'not allowed by the org yet'
  return `yes, ${allowed}${app.isSecretRequiredForTokenExchange ? '' : ', without a secret'}`
}

function assetText({ assetTokenConfig }: ConnectedApp): string {
  if (assetTokenConfig === undefined) return 'no'
  const { certificate, validity, audiences } = assetTokenConfig
  return [`signed with ${certificate}, valid ${duration(validity)}`, ...audiences.map((one) => `for ${one}`)].join('\n')
}

function jwtText({ app, policies }: ShownApp): string {
  if (!app.isNamedUserJwtEnabled) return 'no'
  const timeout = policies?.namedUserJwtTimeout
  return `yes, valid ${timeout === undefined ? "as long as the user's session" : duration(timeout)}`
}

/** Who may use the app, in Salesforce's words. */
export function permittedUsers(policies: AppPolicies | undefined): string {
  if (!policies?.isInstalled) return 'not installed'
  return policies.isAdminApproved ? 'admin approved users are pre-authorized' : 'all users may self-authorize'
}

/** Whether the app can be used. */
export function appState(policies: AppPolicies | undefined): string {
  if (policies?.isBlocked === true) return 'blocked'
  if (policies?.isEnabled === false) return 'disabled'
  return policies?.isOauthPluginEnabled === false ? 'disabled for OAuth' : 'active'
}

function mobileText({ mobile: { app } }: ConnectedApp): string | undefined {
  if (app === undefined) return undefined
  const { devicePlatform, deviceType, version, applicationInstallUrl } = app
  const files = [app.applicationBinaryFile, app.applicationIconFile].flatMap((file) =>
    file === undefined ? [] : `${file.fileName} (${fileSize(file.length)})`,
  )
  return [devicePlatform, deviceType, version, applicationInstallUrl, ...files]
    .filter((each) => each !== undefined)
    .join('\n')
}

function canvasText({ canvas }: ConnectedApp): string | undefined {
  if (canvas === undefined) return undefined
  return [`${canvas.canvasUrl} (${canvas.accessMethod})`, ...canvas.locations].join('\n')
}

function samlText({ saml }: ConnectedApp): string | undefined {
  if (saml === undefined) return undefined
  const { entityUrl, acsUrl, samlSubjectType, certificate, encryptionCertificate, encryptionType, samlSloUrl } = saml
  return [
    entityUrl,
    `responses to ${acsUrl}, about the ${samlSubjectType}`,
    ...(certificate === undefined ? [] : ['requests have to be signed']),
    ...(encryptionCertificate === undefined ? [] : [`encrypted for ${encryptionCertificate} (${encryptionType})`]),
    ...(samlSloUrl === undefined ? [] : [`signed out at ${samlSloUrl}`]),
  ].join('\n')
}

function pinText({ mobilePolicy }: AppPolicies): string | undefined {
  return mobilePolicy && `${mobilePolicy.pinLength} digits, after ${mobilePolicy.screenLock} min without use`
}

function rangeText({ start, end, description }: IpRange): string {
  return description === undefined ? `${start}-${end}` : `${start}-${end} (${description})`
}

function policyPairs(
  { profiles, permissionSets, runAs, handlerRunAs }: ShownApp,
  policies: AppPolicies | undefined,
): Readonly<Record<string, string | undefined>> {
  if (policies === undefined) return { 'Permitted users': permittedUsers(policies) }
  if (!policies.isInstalled) return { State: appState(policies), 'Permitted users': permittedUsers(policies) }
  return {
    State: appState(policies),
    'Permitted users': permittedUsers(policies),
    Profiles: profiles.join('\n') || undefined,
    'Permission sets': permissionSets.join('\n') || undefined,
    'IP relaxation': policies.ipRelaxation,
    'Refresh tokens': refreshPolicyText(policies.refreshTokenPolicy),
    'Session timeout': policies.sessionTimeout === undefined ? undefined : duration(policies.sessionTimeout),
    'High assurance': policies.requiresHighAssurance ? `needed (${policies.assuranceAction})` : undefined,
    'Runs as': runAs,
    Handler: policies.plugin && `${policies.plugin}, run as ${handlerRunAs ?? 'nobody'}`,
    'PIN protect': pinText(policies),
    'App Launcher': policies.menu.isVisible ? `shown, at ${policies.menu.sortOrder}` : 'hidden',
  }
}

function refreshPolicyText(policy: RefreshTokenPolicy): string {
  switch (policy.kind) {
    case 'infinite':
      return 'valid until revoked'
    case 'zero':
      return 'expire at once'
    case 'specific_lifetime':
      return `expire ${duration(policy.seconds)} after they were issued`
    case 'specific_inactivity':
      return `expire when unused for ${duration(policy.seconds)}`
  }
}
