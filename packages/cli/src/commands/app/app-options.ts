import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { type EnteredApp, type EnteredPolicies, type RefreshTokenPolicy, readAttributeLine } from '@sallyport/server'
import { entered, nonEmpty } from '../../entered.ts'
import { readIpRange } from '../../ip-range.ts'
import { dataOption, jsonOption, orgOption, readDuration } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import { addSwitches, enteredSwitches } from './app-switches.ts'
import { addExchangeOptions, enteredAssetTokens, enteredExchangePolicy } from './exchange-options.ts'

/** A command that enters the settings and policies of a connected app, `create` or `update`, with its options. */
export function appCommand(name: 'create' | 'update') {
  const command = new Command(name)
    .argument('<app>', name === 'create' ? 'its API name, unique in its org' : 'by API name or consumer key')
    .option('--label <text>', 'what people see')
    .option('--contact-email <address>', 'who answers for the app')
    .option('--contact-phone <number>')
    .option('--description <text>')
    .option('--callback-url <url...>', 'where the browser may come back to; all of them')
    .option('--scope <name...>', 'what it may ask for, such as api or refresh_token; all of them')
    .option('--certificate-file <file>', 'what its assertions are verified with (PEM)')
    .option('--no-certificate-file', 'take the certificate away')
    .option('--require-secret', 'the web server flow needs the consumer secret')
    .option('--no-require-secret')
  addSwitches(command)
  addExchangeOptions(command)
  return command
    .option('--run-as <username>', 'whom the client credentials flow acts for; an empty text clears')
    .addOption(new Option('--id-token-validity <duration>', 'such as 2m').argParser(readDuration))
    .option('--id-token-audience <text...>', 'besides the consumer key; all of them')
    .option('--id-token-standard-claims', 'ID tokens say the standard claims')
    .option('--no-id-token-standard-claims')
    .option('--id-token-attributes', 'ID tokens say the custom attributes')
    .option('--no-id-token-attributes')
    .option('--id-token-custom-permissions', "ID tokens say which of the app's custom permissions the user has")
    .option('--no-id-token-custom-permissions')
    .option(
      '--attribute <key=formula...>',
      'what it is told of each user besides, such as mail=$User.Email; all of them',
    )
    .option(
      '--ip-range <from-to=description...>',
      'where the app may ask from under BYPASS_2FACTOR (trusted IP ranges); all of them',
    )
    .option('--info-url <url>')
    .option('--logo-url <url>')
    .option('--icon-url <url>')
    .option('--start-url <url>')
    .option('--single-logout-url <url>')
    .addOption(
      new Option('--permitted-users <who>', 'all may authorize it themselves, or only whom an admin approved').choices([
        'all',
        'admin-approved',
      ] as const),
    )
    .option('--profile <name...>', 'profiles whose users are approved; all of them')
    .option('--permission-set <name...>', 'permission sets whose users are approved; all of them')
    .addOption(
      new Option('--ip-relaxation <policy>', 'which checks of the address are left out').choices([
        'ENFORCE',
        'ENFORCE_RELAXREFRESH',
        'BYPASS_2FACTOR',
        'BYPASS',
      ] as const),
    )
    .addOption(
      new Option('--refresh-token-policy <policy>', 'infinite, zero, lifetime:30d or inactivity:30d').argParser(
        readRefreshTokenPolicy,
      ),
    )
    .addOption(
      new Option('--session-timeout <duration>', 'how long its access tokens last unused, such as 2h').argParser(
        readDuration,
      ),
    )
    .option('--no-session-timeout', 'leave it to profile and org')
    .addOption(
      new Option(
        '--jwt-timeout <duration>',
        'how long its JWT access tokens last: 1m, 5m, 10m, 15m, 30m, 60m, 90m, 120m, 240m, 480m or 720m',
      ).argParser(readDuration),
    )
    .option('--no-jwt-timeout', "leave it to the user's session timeout")
    .option('--high-assurance', 'it needs a session of high assurance')
    .option('--no-high-assurance')
    .addOption(
      new Option('--assurance-action <action>', 'what happens to sessions of less').choices([
        'Block',
        'RaiseSessionLevel',
      ] as const),
    )
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What {@link appCommand} reads from the command line. */
export type AppOptions = ReturnType<ReturnType<typeof appCommand>['opts']>

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
    ...enteredSwitches(options),
    ...enteredAssetTokens(options),
    ...entered({
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
        certificateFile === false ? '' : typeof certificateFile === 'string' ? readFile(certificateFile) : undefined,
      isConsumerSecretOptional: requireSecret === undefined ? undefined : !requireSecret,
      attributes: nonEmpty(options.attribute)?.map(readAttributeLine),
      ipRanges: nonEmpty(options.ipRange)?.map(readIpRange),
      idTokenConfig: Object.keys(idTokenConfig).length > 0 ? idTokenConfig : undefined,
    }),
  }
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
    }),
    ...enteredExchangePolicy(options),
    ...(typeof sessionTimeout === 'number' && { sessionTimeout }),
    ...(sessionTimeout === false && { sessionTimeout: undefined }),
    ...(typeof jwtTimeout === 'number' && { namedUserJwtTimeout: jwtTimeout }),
    ...(jwtTimeout === false && { namedUserJwtTimeout: undefined }),
  }
}

/** What the fields of settings and policies are called on the command line, where the option has another name. */
export const appOptionNames: Readonly<Record<string, string>> = {
  fullName: '<app>',
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
