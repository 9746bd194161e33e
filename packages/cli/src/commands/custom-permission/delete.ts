import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findCustomPermission, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'

/** `sallyport custom-permission delete`: it is gone. */
export function customPermissionDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a custom permission')
    .description('Deletes a custom permission. Nobody has it any more.')
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((given, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCustomPermission(stores, org, given)
        const { name } = found
        const question = `This deletes the custom permission “${name}” of the org “${org.name}” for good.`
        await confirmed(terminal, options.yes, question)
        await stores.customPermissions.delete(found)
        answerDone(terminal, { name, org: org.name, isDeleted: true }, `Deleted the custom permission “${name}”.`)
      }),
    )
}
