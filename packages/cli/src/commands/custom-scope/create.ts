import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newCustomScope } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import { customScopeCommand, customScopeOptionNames, enteredCustomScope } from './custom-scope-options.ts'
import { customScopeJson } from './shown-custom-scope.ts'

/** `sallyport custom-scope create`: makes a custom scope of an org. */
export function customScopeCreate(terminal: Terminal): CommandUnknownOpts {
  return customScopeCommand('create')
    .summary('make a custom scope')
    .description('Makes a custom scope of an org. Access tokens of the apps that it is assigned to may have it.')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport custom-scope create Read_Orders --description "Read the orders of the warehouse" --app Warehouse --public',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await newCustomScope({ ...stores, newId, now }, org, { ...enteredCustomScope(options), name })
        const made = accepted(terminal, outcome, 'The custom scope was not made.', customScopeOptionNames)
        answerDone(
          terminal,
          await customScopeJson(stores, made, org),
          `Made the custom scope “${made.name}” of the org “${org.name}”.`,
        )
      }),
    )
}
