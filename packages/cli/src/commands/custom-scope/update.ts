import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeCustomScope } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findCustomScope, findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import { customScopeCommand, customScopeOptionNames, enteredCustomScope } from './custom-scope-options.ts'
import { customScopeJson } from './shown-custom-scope.ts'

/** `sallyport custom-scope update`: changes what is given of a custom scope. */
export function customScopeUpdate(terminal: Terminal): CommandUnknownOpts {
  return customScopeCommand('update')
    .summary('change a custom scope')
    .description(
      'Changes what is given of a custom scope and leaves the rest. Lists are given whole; an empty text clears.',
    )
    .addHelpText('after', '\nExample:\n  sallyport custom-scope update Read_Orders --app Warehouse Shop')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCustomScope(stores, org, name)
        const entered = enteredCustomScope(options)
        if (Object.keys(entered).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport custom-scope update --help',
          })
        }
        const outcome = await changeCustomScope({ ...stores, now }, found, entered)
        const changed = accepted(terminal, outcome, 'The custom scope was not changed.', customScopeOptionNames)
        answerDone(terminal, await customScopeJson(stores, changed, org), `Changed the custom scope “${changed.name}”.`)
      }),
    )
}
