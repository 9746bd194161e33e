import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg, findPermissionSet } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { permissionSetJson, permissionSetText } from './shown-permission-set.ts'

/** `sallyport permission-set show`: one permission set. */
export function permissionSetShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a permission set')
    .description('Shows a permission set: what its users may do, and from where they may sign in.')
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const permissionSet = await findPermissionSet(stores, org, name)
        terminal.answer(
          permissionSetJson(permissionSet, org.name),
          permissionSetText(permissionSet, org.name, terminal.style),
        )
      }),
    )
}
