import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeOrg } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport release set`: as which Salesforce an org behaves. */
export function releaseSet(terminal: Terminal): CommandUnknownOpts {
  return new Command('set')
    .summary('let an org behave as a release or a day')
    .description('Lets an org behave as the latest Salesforce, as that of a day, or as a release by name.')
    .argument('<release>', "latest, a day such as 2025-08-31, or a name such as Winter '26")
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExamples:\n  sallyport release set "Summer \'25"\n  sallyport release set latest')
    .action((release, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await changeOrg(stores, org, { settings: { release } })
        const changed = accepted(terminal, outcome, 'The org was not changed.', { 'settings.release': '<release>' })
        terminal.answer(
          { org: changed.name, release: changed.settings.release },
          `${terminal.style.green('✓')} The org “${changed.name}” behaves as Salesforce of: ${changed.settings.release}.`,
        )
      }),
    )
}
