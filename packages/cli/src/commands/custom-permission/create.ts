import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newCustomPermission } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import {
  customPermissionCommand,
  customPermissionOptionNames,
  enteredCustomPermission,
} from './custom-permission-options.ts'
import { customPermissionJson } from './shown-custom-permission.ts'

/** `sallyport custom-permission create`: makes a custom permission of an org. */
export function customPermissionCreate(terminal: Terminal): CommandUnknownOpts {
  return customPermissionCommand('create')
    .summary('make a custom permission')
    .description('Makes a custom permission of an org. Nobody has it until a profile or permission set gives it.')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport custom-permission create Approve_Orders --app Warehouse --permission-set Integration_Access',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, newId }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await newCustomPermission({ ...stores, newId }, org, {
          ...enteredCustomPermission(options),
          name,
        })
        const made = accepted(terminal, outcome, 'The custom permission was not made.', customPermissionOptionNames)
        answerDone(
          terminal,
          await customPermissionJson(stores, made, org),
          `Made the custom permission “${made.name}” of the org “${org.name}”.`,
        )
      }),
    )
}
