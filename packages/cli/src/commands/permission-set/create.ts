import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newPermissionSet } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'
import { enteredPermissionSet, permissionSetCommand } from './permission-set-options.ts'
import { permissionSetJson } from './shown-permission-set.ts'

/** `sallyport permission-set create`: makes a permission set of an org. */
export function permissionSetCreate(terminal: Terminal): CommandUnknownOpts {
  return permissionSetCommand('create')
    .summary('make a permission set')
    .description('Makes a permission set of an org. What is not given it does not permit.')
    .addHelpText('after', '\nExample:\n  sallyport permission-set create Integration_Access --permission ApiEnabled')
    .action((name, options) =>
      withDatabase(options, async ({ stores, newId }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await newPermissionSet({ ...stores, newId }, org, { ...enteredPermissionSet(options), name })
        const permissionSet = accepted(terminal, outcome, 'The permission set was not made.', permissionOptionNames)
        const text = `Made the permission set “${permissionSet.name}” of the org “${org.name}”.`
        answerDone(terminal, permissionSetJson(permissionSet, org.name), text)
      }),
    )
}
