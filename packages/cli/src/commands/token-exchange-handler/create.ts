import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newHandler } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { dataFolder } from '../../data-folder.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { enteredHandler, handlerCommand, handlerOptionNames } from './handler-options.ts'
import { handlerJson, shownHandler } from './shown-handler.ts'

/** `sallyport token-exchange-handler create`: says that a module decides for some apps. */
export function handlerCreate(terminal: Terminal): CommandUnknownOpts {
  return handlerCommand('create')
    .summary('make a token exchange handler')
    .description('Makes a token exchange handler in an org. It takes JWTs unless it is told what else.')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport token-exchange-handler create Corporate --token-type id_token \\\n' +
        '    --app Portal=admin@acme.example --default-for Portal',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await newHandler({ ...stores, newId, now }, org, {
          ...enteredHandler(options, []),
          developerName: name,
        })
        const made = accepted(terminal, outcome, 'The handler was not made.', handlerOptionNames)
        terminal.answer(
          handlerJson(await shownHandler(stores, org, made)),
          `${terminal.style.green('✓')} Made the token exchange handler ${made.developerName} in the org “${org.name}”.\n` +
            `  Its code belongs into ${dataFolder(options.data).handlers}/${made.tokenHandlerApex}.ts (or .js).`,
        )
      }),
    )
}
