import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeCustomPermission } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findCustomPermission, findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import {
  customPermissionCommand,
  customPermissionOptionNames,
  enteredCustomPermission,
} from './custom-permission-options.ts'
import { customPermissionJson } from './shown-custom-permission.ts'

/** `sallyport custom-permission update`: changes what is given of a custom permission. */
export function customPermissionUpdate(terminal: Terminal): CommandUnknownOpts {
  return customPermissionCommand('update')
    .summary('change a custom permission')
    .description(
      'Changes what is given of a custom permission and leaves the rest. Lists are given whole; an empty text clears.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport custom-permission update Approve_Orders --profile "System Administrator"',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCustomPermission(stores, org, name)
        const entered = enteredCustomPermission(options)
        if (Object.keys(entered).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport custom-permission update --help',
          })
        }
        const outcome = await changeCustomPermission(stores, found, entered)
        const changed = accepted(
          terminal,
          outcome,
          'The custom permission was not changed.',
          customPermissionOptionNames,
        )
        answerDone(
          terminal,
          await customPermissionJson(stores, changed, org),
          `Changed the custom permission “${changed.name}”.`,
        )
      }),
    )
}
