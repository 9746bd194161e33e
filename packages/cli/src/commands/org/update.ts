import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { changeOrg, type EnteredOrg } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered, nonEmpty } from '../../entered.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg } from '../../find.ts'
import { readIpRange } from '../../ip-range.ts'
import { dataOption, jsonOption, readDuration, readPort, readWhole } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { orgJson } from './shown-org.ts'

/** `sallyport org update`: changes what holds for everybody in an org. */
export function orgUpdate(terminal: Terminal): CommandUnknownOpts {
  return command()
    .summary('change an org')
    .description(
      'Changes what is given of an org and leaves the rest. Lists are given whole; an empty text clears. As which release ' +
        'the org behaves: sallyport release.',
    )
    .addHelpText('after', '\nExample:\n  sallyport org update Acme --allow-user-agent --require-pkce')
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, name)
        const changes = enteredOrg(options)
        if (Object.keys(changes).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport org update --help',
          })
        }
        const outcome = await changeOrg(stores, org, changes)
        const changed = accepted(terminal, outcome, 'The org was not changed.', optionNames)
        terminal.answer(orgJson(changed), `${terminal.style.green('✓')} Changed the org “${changed.name}”.`)
      }),
    )
}

function command() {
  return new Command('update')
    .argument('[org]', 'by name, My Domain or id; needless when there is only one')
    .option('--name <text>', 'unique on the server')
    .option('--my-domain <label>', 'an address of its own: <label>.my.<host>')
    .addOption(new Option('--port <number>', 'an address of its own by a port').argParser(readPort))
    .addOption(
      new Option('--type <type>', 'decides whose login host assertions may name').choices([
        'production',
        'sandbox',
        'scratch',
      ] as const),
    )
    .option('--active', 'lets people and apps in')
    .option('--no-active', 'closes the org: every token and session in it ends at once')
    .option('--time-zone <name>', 'its default time zone, in which login hours are told, such as Europe/Paris')
    .addOption(
      new Option(
        '--session-timeout <duration>',
        'without use, unless app or profile say otherwise: 900, 15m, 2h',
      ).argParser(readDuration),
    )
    .addOption(
      new Option('--minimum-password-length <count>', 'of the next password that somebody sets').argParser((text) =>
        readWhole(text, 5, 50),
      ),
    )
    .addOption(
      new Option(
        '--max-logins-per-hour <count>',
        'logins of a user by apps and by SOAP, or no-limit; Salesforce has 3600',
      ).argParser((text) => (text === noLimit ? text : readWhole(text, 1, 100_000_000))),
    )
    .addOption(
      new Option(
        '--max-login-attempts <count>',
        'wrong passwords in a row that lock a user out, or no-limit',
      ).argParser((text) => (text === noLimit ? text : readWhole(text, 1, 100))),
    )
    .addOption(
      new Option('--lockout <duration>', 'for how long: 15m, 1h, or forever (until an admin unlocks)').argParser(
        (text) => (text === forever ? text : readDuration(text)),
      ),
    )
    .addOption(
      new Option('--daily-api-requests <count>', 'that are answered in 24 hours, or no-limit').argParser((text) =>
        text === noLimit ? text : readWhole(text, 1, 100_000_000),
      ),
    )
    .option('--require-pkce', 'every app must send a PKCE challenge where the browser carries a code')
    .option('--no-require-pkce')
    .option('--allow-user-agent', 'apps may get tokens in the address of a page, if they are set so, too')
    .option('--no-allow-user-agent')
    .option('--allow-username-password', 'apps may send names and passwords of users, if they are set so, too')
    .option('--no-allow-username-password')
    .option('--allow-soap-login', 'programs may sign in by the SOAP call login(), with names and passwords of users')
    .option('--no-allow-soap-login')
    .option('--allow-code-credentials', 'apps may sign users in on forms of their own, if they are set so, too')
    .option('--no-allow-code-credentials')
    .option(
      '--admin-approved-apps-only',
      'API Access Control: only apps that are installed and for admin approved users',
    )
    .option('--no-admin-approved-apps-only')
    .option('--trusted-ip-range <from-to=description...>', 'where no security token is asked for; all of them')
    .option('--cors-origin <origin...>', 'web pages of which origins may call its own address; all of them')
    .addOption(dataOption)
    .addOption(jsonOption)
}

function enteredOrg(options: ReturnType<ReturnType<typeof command>['opts']>): EnteredOrg {
  const { allowUserAgent, allowUsernamePassword } = options
  const { maxLoginsPerHour, maxLoginAttempts, lockout, dailyApiRequests } = options
  // Salesforce's commands and pages say what is allowed, and its metadata what is blocked.
  const settings = entered({
    timeZone: options.timeZone,
    sessionTimeout: options.sessionTimeout,
    minimumPasswordLength: options.minimumPasswordLength,
    isPkceRequired: options.requirePkce,
    blockOAuthUsrAgtFlow: allowUserAgent === undefined ? undefined : !allowUserAgent,
    blockOAuthUnPwFlow: allowUsernamePassword === undefined ? undefined : !allowUsernamePassword,
    oAuthCdCrdtFlowEnable: options.allowCodeCredentials,
    enableSoapLogin: options.allowSoapLogin,
    enableAdminApprovedAppsOnly: options.adminApprovedAppsOnly,
    trustedIpRanges: nonEmpty(options.trustedIpRange)?.map(readIpRange),
    corsAllowedOrigins: nonEmpty(options.corsOrigin),
  })
  // What has no limit is held as undefined, which is not the same as not entered.
  const limits = {
    ...(maxLoginsPerHour !== undefined && {
      maxLoginsPerHour: maxLoginsPerHour === noLimit ? undefined : maxLoginsPerHour,
    }),
    ...(maxLoginAttempts !== undefined && {
      maxLoginAttempts: maxLoginAttempts === noLimit ? undefined : maxLoginAttempts,
    }),
    ...(dailyApiRequests !== undefined && {
      dailyApiRequests: dailyApiRequests === noLimit ? undefined : dailyApiRequests,
    }),
    ...(lockout !== undefined && { lockoutInterval: lockout === forever ? undefined : lockout }),
  }
  return entered({
    name: options.name,
    type: options.type,
    isActive: options.active,
    myDomain: options.myDomain,
    port: options.port,
    settings:
      Object.keys(settings).length > 0 || Object.keys(limits).length > 0 ? { ...settings, ...limits } : undefined,
  })
}

const noLimit = 'no-limit'
const forever = 'forever'

const optionNames = {
  name: '--name',
  myDomain: '--my-domain',
  port: '--port',
  'settings.timeZone': '--time-zone',
  'settings.sessionTimeout': '--session-timeout',
  'settings.lockoutInterval': '--lockout',
  'settings.trustedIpRanges': '--trusted-ip-range',
  'settings.corsAllowedOrigins': '--cors-origin',
}
