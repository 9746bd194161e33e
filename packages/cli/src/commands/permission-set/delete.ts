import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { deletePermissionSet } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg, findPermissionSet } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'

/** `sallyport permission-set delete`: a permission set that nothing uses is gone. */
export function permissionSetDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a permission set that nothing uses')
    .description('Deletes a permission set that no user has and no connected app is assigned to.')
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((given, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const permissionSet = await findPermissionSet(stores, org, given)
        const { name } = permissionSet
        await confirmed(
          terminal,
          options.yes,
          `This deletes the permission set “${name}” of the org “${org.name}” for good.`,
        )
        const outcome = await deletePermissionSet(stores, permissionSet)
        accepted(terminal, outcome, 'The permission set was not deleted.', permissionOptionNames)
        answerDone(terminal, { name, org: org.name, isDeleted: true }, `Deleted the permission set “${name}”.`)
      }),
    )
}
