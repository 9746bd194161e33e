import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { appNoun, newConnectedApp, newExternalClientApp } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { readOptions } from '../../option-table.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { appCommand, appOptionNames, appOptions, enteredApp, enteredPolicies } from './app-options.ts'
import { appJson, shownApp } from './shown-app.ts'

/** `sallyport app create`: makes a connected app in an org. */
export function appCreate(terminal: Terminal): CommandUnknownOpts {
  return appCommand('create')
    .summary('make a connected app, or an external client app')
    .description(
      'Makes a connected app or, with --external, an external client app in an org. Key and secret are made here, unless they are given.',
    )
    .option('--external', 'make an external client app, the successor of connected apps: for this org alone, with PKCE')
    .option('--consumer-key <key>', 'one that is known elsewhere already')
    .option('--consumer-secret-env <variable>', 'take the consumer secret from this environment variable')
    .option('--consumer-secret-file <file>', 'take the consumer secret from this file')
    .option('--consumer-secret-stdin', 'take the consumer secret from standard input')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport app create Shop --contact-email dev@acme.example --scope api refresh_token \\\n' +
        '    --callback-url https://shop.example/callback\n' +
        '  sallyport app create Warehouse --contact-email dev@acme.example --scope api \\\n' +
        '    --callback-url https://warehouse.example/ --certificate-file warehouse.crt \\\n' +
        '    --permitted-users admin-approved --profile "System Administrator"\n' +
        '  sallyport app create Sync --external --contact-email dev@acme.example --scope api refresh_token \\\n' +
        '    --callback-url https://sync.example/callback',
    )
    .action((fullName, options) =>
      withDatabase(options, async ({ stores, seal, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const given = readOptions(appOptions, options)
        const { consumerKey, consumerSecretEnv: variable, consumerSecretFile: file } = options
        const source = { variable, file, isStandardInput: options.consumerSecretStdin }
        const consumerSecret = await readSecret(source, '--consumer-secret', process.env)
        const make = options.external === true ? newExternalClientApp : newConnectedApp
        const outcome = await make({ ...stores, seal, newId, now }, org, {
          ...enteredApp(given),
          fullName,
          contactEmail: given.contactEmail ?? '',
          callbackUrls: given.callbackUrl ?? [],
          scopes: given.scope ?? [],
          ...(consumerKey !== undefined && { consumerKey }),
          ...(consumerSecret !== undefined && { consumerSecret }),
          policies: enteredPolicies(given),
        })
        const made = accepted(terminal, outcome, 'The app was not made.', appOptionNames)
        terminal.answer(
          appJson(await shownApp(stores, { app: made.app, org }, made.consumerSecret)),
          `${terminal.style.green('✓')} Made the ${appNoun(made.app)} ${made.app.fullName} in the org “${org.name}”.\n` +
            `  Consumer key     ${made.app.consumerKey}\n` +
            `  Consumer secret  ${made.consumerSecret}`,
        )
      }),
    )
}
