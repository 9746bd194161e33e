import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { newUser } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readOrAskSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { shownUser, userJson } from './shown-user.ts'

/** `sallyport user create`: makes a user of an org. */
export function userCreate(terminal: Terminal): CommandUnknownOpts {
  return new Command('create')
    .summary('make a user')
    .description(
      'Makes a user of an org. The password is asked for, or comes from the environment, a file or standard input; ' +
        'a user without one can only come by an assertion.',
    )
    .argument('<username>', 'like an e-mail address; unique on the server')
    .requiredOption('--last-name <name>', 'family name')
    .option('--first-name <name>', 'given name')
    .option('--email <address>', 'by default the username')
    .option('--nickname <name>', 'by default what stands before the @')
    .option('--profile <name>', 'a profile of the org', 'Standard User')
    .option('--permission-set <name...>', 'a permission set of the org, or several')
    .option('--time-zone <name>', 'such as Europe/Paris')
    .option('--locale <name>', 'such as en_US')
    .option('--language <name>', 'such as en_US')
    .option('--country <name>')
    .option('--mobile-phone <number>')
    .option('--federation-id <id>', 'what an identity provider calls the user, for single sign-on')
    .option('--password-env <variable>', 'take the password from this environment variable')
    .option('--password-file <file>', 'take the password from this file')
    .option('--password-stdin', 'take the password from standard input')
    .option('--no-password', 'ask for none: the user comes by assertions only')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport user create ada@acme.example --last-name Lovelace --profile "System Administrator"\n' +
        '  pass show acme/robot | sallyport user create robot@acme.example --last-name Robot --password-stdin',
    )
    .action((username, options) =>
      withDatabase(options, async ({ stores, passwords, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const { email = username, lastName, profile, permissionSet, ...rest } = options
        const password = options.password
          ? await readOrAskSecret(
              terminal,
              { variable: options.passwordEnv, file: options.passwordFile, isStandardInput: options.passwordStdin },
              '--password',
              `A password for ${username}`,
            )
          : undefined
        const entered = {
          username,
          email,
          lastName,
          profile,
          ...(permissionSet !== undefined && { permissionSets: permissionSet }),
          ...(rest.firstName !== undefined && { firstName: rest.firstName }),
          ...(rest.nickname !== undefined && { nickname: rest.nickname }),
          ...(rest.timeZone !== undefined && { timeZone: rest.timeZone }),
          ...(rest.locale !== undefined && { locale: rest.locale }),
          ...(rest.language !== undefined && { language: rest.language }),
          ...(rest.country !== undefined && { country: rest.country }),
          ...(rest.mobilePhone !== undefined && { mobilePhone: rest.mobilePhone }),
          ...(rest.federationId !== undefined && { federationId: rest.federationId }),
          ...(password !== undefined && { password }),
        }
        const outcome = await newUser({ ...stores, passwords, newId, now }, org, entered)
        const names = { username: '<username>', permissionSets: '--permission-set', password: 'The password' }
        const user = accepted(terminal, outcome, 'The user was not made.', names)
        const how =
          password === undefined
            ? `\n  Without a password it can only come by an assertion. Give it one: sallyport user set-password ${user.username}`
            : ''
        terminal.answer(
          userJson(await shownUser(stores, user, now())),
          `${terminal.style.green('✓')} Made the user ${user.username} (${user.id}) of the org “${org.name}”.${how}`,
        )
      }),
    )
}
