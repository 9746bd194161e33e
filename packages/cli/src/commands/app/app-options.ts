import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { type EnteredApp, type EnteredPolicies, type RefreshTokenPolicy, readAttributeLine } from '@sallyport/server'
import { readCertificateFile } from '../../certificate-file.ts'
import { entered, nonEmpty } from '../../entered.ts'
import { readIpRange } from '../../ip-range.ts'
import { addOptions, meaning, type OptionValues, oneOf, onOff, orNone, text, texts } from '../../option-table.ts'
import { dataOption, jsonOption, orgOption, readDuration } from '../../options.ts'

const settingOptions = {
  distribution: oneOf('--distribution <state>', 'of an external client app: whether other orgs can install it', [
    'Local',
    'Packaged',
  ]),
  label: text('--label <text>', 'what people see'),
  contactEmail: text('--contact-email <address>', 'who answers for the app'),
  contactPhone: text('--contact-phone <number>', 'the same, when nobody reads the mail'),
  description: text('--description <text>', 'what it is for'),
  callbackUrl: texts('--callback-url <url...>', 'where the browser may come back to; all of them'),
  scope: texts('--scope <name...>', 'what it may ask for, such as api or refresh_token; all of them'),
  certificateFile: orNone(
    'certificate-file',
    text('--certificate-file <file>', 'what its assertions are verified with (PEM)'),
    'take the certificate away',
  ),
  requireSecret: onOff('require-secret', 'the web server flow needs the consumer secret'),
  requireSecretForRefresh: onOff('require-secret-for-refresh', 'the refresh token flow needs the consumer secret'),
  requirePkce: onOff('require-pkce', 'the web server flow needs a PKCE challenge'),
  introspectAllTokens: onOff('introspect-all-tokens', 'it may ask about tokens of other apps'),
  rotateRefreshTokens: onOff('rotate-refresh-tokens', 'every refresh gives a new refresh token and ends the old one'),
  deviceFlow: onOff('device-flow', 'it may be signed in to where there is no browser, by a code typed elsewhere'),
  clientCredentials: onOff(
    'client-credentials',
    'it may get tokens with its consumer secret alone, for the user of --run-as',
  ),
  jwtAccessTokens: onOff('jwt-access-tokens', 'its access tokens are JWTs that others can verify'),
  userAgent: onOff('user-agent', 'it may get tokens in the address of a page (response_type=token)'),
  usernamePassword: onOff('username-password', "it may send a user's name and password itself (grant_type=password)"),
  codeCredentials: onOff('code-credentials', "it may get codes for a user's name and password (headless login)"),
  codeCredentialsPostOnly: onOff('code-credentials-post-only', 'headless login takes credentials in the body alone'),
  tokenExchange: onOff('token-exchange', 'it may exchange tokens of other issuers; the org must allow it, too'),
  requireSecretForExchange: onOff('require-secret-for-exchange', 'the token exchange flow needs the consumer secret'),
  assetCertificate: text(
    '--asset-certificate <name>',
    'what its asset tokens are signed with; an empty text for no such tokens',
  ),
  assetAudience: texts('--asset-audience <text...>', 'whom its asset tokens are for; all of them'),
  assetValidity: meaning('--asset-validity <duration>', 'such as 1h', readDuration),
  assetAttributes: onOff('asset-attributes', 'asset tokens say the custom attributes'),
  assetCustomPermissions: onOff(
    'asset-custom-permissions',
    "asset tokens say which of the app's custom permissions the user has",
  ),
  idTokenValidity: meaning('--id-token-validity <duration>', 'such as 2m', readDuration),
  idTokenAudience: texts('--id-token-audience <text...>', 'besides the consumer key; all of them'),
  idTokenStandardClaims: onOff('id-token-standard-claims', 'ID tokens say the standard claims'),
  idTokenAttributes: onOff('id-token-attributes', 'ID tokens say the custom attributes'),
  idTokenCustomPermissions: onOff(
    'id-token-custom-permissions',
    "ID tokens say which of the app's custom permissions the user has",
  ),
  attribute: texts(
    '--attribute <key=formula...>',
    'what it is told of each user besides, such as mail=$User.Email; all of them',
  ),
  ipRange: texts(
    '--ip-range <from-to=description...>',
    'where the app may ask from under BYPASS_2FACTOR (trusted IP ranges); all of them',
  ),
  infoUrl: text('--info-url <url>', 'where people read more about it'),
  logoUrl: text('--logo-url <url>', 'its picture'),
  iconUrl: text('--icon-url <url>', 'a small one'),
  startUrl: text('--start-url <url>', 'where people begin who open it from their App Launcher'),
  singleLogoutUrl: text('--single-logout-url <url>', 'where it is told that somebody has signed out'),
}

const policyOptions = {
  permittedUsers: oneOf('--permitted-users <who>', 'all may authorize it themselves, or only whom an admin approved', [
    'all',
    'admin-approved',
  ]),
  profile: texts('--profile <name...>', 'profiles whose users are approved; all of them'),
  permissionSet: texts('--permission-set <name...>', 'permission sets whose users are approved; all of them'),
  ipRelaxation: oneOf('--ip-relaxation <policy>', 'which checks of the address are left out', [
    'ENFORCE',
    'ENFORCE_RELAXREFRESH',
    'BYPASS_2FACTOR',
    'BYPASS',
  ]),
  refreshTokenPolicy: meaning(
    '--refresh-token-policy <policy>',
    'infinite, zero, lifetime:30d or inactivity:30d',
    readRefreshTokenPolicy,
  ),
  sessionTimeout: orNone(
    'session-timeout',
    meaning('--session-timeout <duration>', 'how long its access tokens last unused, such as 2h', readDuration),
    'leave it to profile and org',
  ),
  jwtTimeout: orNone(
    'jwt-timeout',
    meaning(
      '--jwt-timeout <duration>',
      'how long its JWT access tokens last: 1m, 5m, 10m, 15m, 30m, 60m, 90m, 120m, 240m, 480m or 720m',
      readDuration,
    ),
    "leave it to the user's session timeout",
  ),
  highAssurance: onOff('high-assurance', 'it needs a session of high assurance'),
  assuranceAction: oneOf('--assurance-action <action>', 'what happens to sessions of less', [
    'Block',
    'RaiseSessionLevel',
  ]),
  orgSingleLogoutUrl: text('--org-single-logout-url <url>', 'in this org, in place of --single-logout-url'),
  runAs: text('--run-as <username>', 'whom the client credentials flow acts for; an empty text clears'),
  allowClientCredentials: onOff(
    'allow-client-credentials',
    'the org lets an external client app use --client-credentials',
  ),
  enabled: onOff('enabled', 'an external client app can be used in the org'),
  oauthPlugin: onOff('oauth-plugin', 'an external client app can be used by OAuth in the org'),
  allowTokenExchange: onOff('allow-token-exchange', 'the org lets the app exchange tokens'),
  handler: text(
    '--handler <name>',
    'the custom handler that has a say about its users: a module of the folder handlers; an empty text for none',
  ),
  handlerRunAs: text('--handler-run-as <username>', 'as whom that handler runs; an empty text clears'),
}

/** The options of `app create` and `app update`. */
export const appOptions = { ...settingOptions, ...policyOptions }

/** What was entered with {@link appOptions}. */
export type AppOptions = OptionValues<typeof appOptions>

/** A command that enters the settings and policies of a connected app, `create` or `update`. */
export function appCommand(name: 'create' | 'update') {
  const command = new Command(name).argument(
    '<app>',
    name === 'create' ? 'its API name, unique in its org' : 'by API name or consumer key',
  )
  addOptions(command, appOptions)
  return command.addOption(orgOption).addOption(dataOption).addOption(jsonOption)
}

/** The settings that were entered. @throws {Failure} when the file of the certificate cannot be read */
export function enteredApp(options: AppOptions): EnteredApp {
  const { certificateFile, requireSecret } = options
  const idTokenConfig = entered({
    validity: options.idTokenValidity,
    audiences: nonEmpty(options.idTokenAudience),
    includesStandardClaims: options.idTokenStandardClaims,
    includesAttributes: options.idTokenAttributes,
    includesCustomPermissions: options.idTokenCustomPermissions,
  })
  return {
    ...entered({
      distributionState: options.distribution,
      label: options.label,
      contactEmail: options.contactEmail,
      contactPhone: options.contactPhone,
      description: options.description,
      infoUrl: options.infoUrl,
      logoUrl: options.logoUrl,
      iconUrl: options.iconUrl,
      startUrl: options.startUrl,
      singleLogoutUrl: options.singleLogoutUrl,
      callbackUrls: options.callbackUrl,
      scopes: options.scope,
      // An empty certificate takes the one there was away.
      certificate:
        certificateFile === false
          ? ''
          : typeof certificateFile === 'string'
            ? readCertificateFile(certificateFile)
            : undefined,
      isConsumerSecretOptional: requireSecret === undefined ? undefined : !requireSecret,
      isSecretRequiredForRefreshToken: options.requireSecretForRefresh,
      isPkceRequired: options.requirePkce,
      isIntrospectAllTokens: options.introspectAllTokens,
      isRefreshTokenRotationEnabled: options.rotateRefreshTokens,
      isDeviceFlowEnabled: options.deviceFlow,
      isClientCredentialEnabled: options.clientCredentials,
      isNamedUserJwtEnabled: options.jwtAccessTokens,
      isUserAgentEnabled: options.userAgent,
      isUsernamePasswordEnabled: options.usernamePassword,
      isCodeCredentialEnabled: options.codeCredentials,
      isCodeCredentialPostOnly: options.codeCredentialsPostOnly,
      isTokenExchangeEnabled: options.tokenExchange,
      isSecretRequiredForTokenExchange: options.requireSecretForExchange,
      assetTokenConfig: enteredAssetTokens(options),
      attributes: nonEmpty(options.attribute)?.map(readAttributeLine),
      ipRanges: nonEmpty(options.ipRange)?.map(readIpRange),
      idTokenConfig: Object.keys(idTokenConfig).length > 0 ? idTokenConfig : undefined,
    }),
  }
}

function enteredAssetTokens(options: AppOptions): EnteredApp['assetTokenConfig'] {
  const config = entered({
    certificate: options.assetCertificate,
    audiences: options.assetAudience,
    validity: options.assetValidity,
    includesAttributes: options.assetAttributes,
    includesCustomPermissions: options.assetCustomPermissions,
  })
  if (Object.keys(config).length === 0) return undefined
  return config.certificate === '' ? 'off' : config
}

/** The policies that were entered. */
export function enteredPolicies(options: AppOptions): EnteredPolicies {
  const { permittedUsers, sessionTimeout, jwtTimeout } = options
  return {
    ...entered({
      isAdminApproved: permittedUsers === undefined ? undefined : permittedUsers === 'admin-approved',
      profiles: nonEmpty(options.profile),
      permissionSets: nonEmpty(options.permissionSet),
      ipRelaxation: options.ipRelaxation,
      refreshTokenPolicy: options.refreshTokenPolicy,
      requiresHighAssurance: options.highAssurance,
      assuranceAction: options.assuranceAction,
      clientCredentialUser: options.runAs,
      isClientCredentialsFlowEnabled: options.allowClientCredentials,
      isEnabled: options.enabled,
      isOauthPluginEnabled: options.oauthPlugin,
      isTokenExchangeFlowEnabled: options.allowTokenExchange,
      singleLogoutUrl: options.orgSingleLogoutUrl,
      plugin: options.handler,
      pluginExecutionUser: options.handlerRunAs,
    }),
    ...(typeof sessionTimeout === 'number' && { sessionTimeout }),
    ...(sessionTimeout === false && { sessionTimeout: undefined }),
    ...(typeof jwtTimeout === 'number' && { namedUserJwtTimeout: jwtTimeout }),
    ...(jwtTimeout === false && { namedUserJwtTimeout: undefined }),
  }
}

/** What the fields of settings and policies are called on the command line, where the option has another name. */
export const appOptionNames: Readonly<Record<string, string>> = {
  fullName: '<app>',
  distributionState: '--distribution',
  isUserAgentEnabled: '--user-agent',
  isUsernamePasswordEnabled: '--username-password',
  isClientCredentialsFlowEnabled: '--allow-client-credentials',
  isEnabled: '--enabled',
  isOauthPluginEnabled: '--oauth-plugin',
  'policies.isClientCredentialsFlowEnabled': '--allow-client-credentials',
  'policies.isEnabled': '--enabled',
  'policies.isOauthPluginEnabled': '--oauth-plugin',
  app: '<app>',
  callbackUrls: '--callback-url',
  scopes: '--scope',
  certificate: '--certificate-file',
  idTokenConfig: '--id-token-…',
  'assetTokenConfig.certificate': '--asset-certificate',
  'assetTokenConfig.validity': '--asset-validity',
  'assetTokenConfig.audiences': '--asset-audience',
  attributes: '--attribute',
  ipRanges: '--ip-range',
  consumerSecret: 'The consumer secret',
  profiles: '--profile',
  permissionSets: '--permission-set',
  'policies.profiles': '--profile',
  'policies.permissionSets': '--permission-set',
  'policies.sessionTimeout': '--session-timeout',
  plugin: '--handler',
  pluginExecutionUser: '--handler-run-as',
  'policies.plugin': '--handler',
  'policies.pluginExecutionUser': '--handler-run-as',
  'policies.singleLogoutUrl': '--org-single-logout-url',
  namedUserJwtTimeout: '--jwt-timeout',
  'policies.namedUserJwtTimeout': '--jwt-timeout',
}

function readRefreshTokenPolicy(text: string): RefreshTokenPolicy {
  const [kind, lasts] = text.split(':')
  if (lasts === undefined && (kind === 'infinite' || kind === 'zero')) return { kind }
  if (lasts !== undefined && kind === 'lifetime') return { kind: 'specific_lifetime', seconds: readDuration(lasts) }
  if (lasts !== undefined && kind === 'inactivity') return { kind: 'specific_inactivity', seconds: readDuration(lasts) }
  throw new InvalidArgumentError(
    'Enter infinite, zero, lifetime:<duration> or inactivity:<duration>, such as lifetime:30d.',
  )
}
