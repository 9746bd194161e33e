import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changePermissionSet } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg, findPermissionSet } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'
import { enteredPermissionSet, permissionSetCommand } from './permission-set-options.ts'
import { permissionSetJson } from './shown-permission-set.ts'

/** `sallyport permission-set update`: changes what is given of a permission set. */
export function permissionSetUpdate(terminal: Terminal): CommandUnknownOpts {
  return permissionSetCommand('update')
    .summary('change a permission set')
    .description(
      'Changes what is given of a permission set and leaves the rest. Lists are given whole; an empty text clears.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport permission-set update Integration_Access --permission ApiEnabled ViewAllData',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const permissionSet = await findPermissionSet(stores, org, name)
        const entered = enteredPermissionSet(options)
        if (Object.keys(entered).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport permission-set update --help',
          })
        }
        const outcome = await changePermissionSet({ ...stores, actor: undefined }, permissionSet, entered)
        const changed = accepted(terminal, outcome, 'The permission set was not changed.', permissionOptionNames)
        answerDone(terminal, permissionSetJson(changed, org.name), `Changed the permission set “${changed.name}”.`)
      }),
    )
}
