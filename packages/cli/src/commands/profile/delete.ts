import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { deleteProfile } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg, findProfile } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'

/** `sallyport profile delete`: a profile that nothing uses is gone. */
export function profileDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a profile that nothing uses')
    .description('Deletes a profile that no user has and no connected app is assigned to.')
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((given, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const profile = await findProfile(stores, org, given)
        const { name } = profile
        await confirmed(terminal, options.yes, `This deletes the profile “${name}” of the org “${org.name}” for good.`)
        const outcome = await deleteProfile(stores, profile)
        accepted(terminal, outcome, 'The profile was not deleted.', permissionOptionNames)
        answerDone(terminal, { name, org: org.name, isDeleted: true }, `Deleted the profile “${name}”.`)
      }),
    )
}
