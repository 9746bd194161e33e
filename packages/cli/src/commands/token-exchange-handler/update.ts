import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeHandler } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findHandler, findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import { enteredHandler, handlerCommand, handlerOptionNames } from './handler-options.ts'
import { handlerJson, shownHandler } from './shown-handler.ts'

/** `sallyport token-exchange-handler update`: changes what is given of a handler. */
export function handlerUpdate(terminal: Terminal): CommandUnknownOpts {
  return handlerCommand('update')
    .summary('change a token exchange handler')
    .description('Changes what is given of a token exchange handler and leaves the rest. Lists are given whole.')
    .addHelpText('after', '\nExample:\n  sallyport token-exchange-handler update Corporate --user-creation')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const org = await findOrg(stores, options.org)
        const handler = await findHandler(stores, org, name)
        const held = await shownHandler(stores, org, handler)
        const given = enteredHandler(options, held.enablements)
        if (Object.keys(given).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport token-exchange-handler update --help',
          })
        }
        const outcome = await changeHandler({ ...stores, now }, handler, given)
        const changed = accepted(terminal, outcome, 'The handler was not changed.', handlerOptionNames)
        const shown = handlerJson(await shownHandler(stores, org, changed))
        answerDone(terminal, shown, `Changed the token exchange handler ${changed.developerName}.`)
      }),
    )
}
