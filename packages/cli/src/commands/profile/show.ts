import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg, findProfile } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { profileJson, profileText } from './shown-profile.ts'

/** `sallyport profile show`: one profile. */
export function profileShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a profile')
    .description('Shows a profile: what its users may do, and from where they may sign in.')
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const profile = await findProfile(stores, org, name)
        terminal.answer(profileJson(profile, org.name), profileText(profile, org.name, terminal.style))
      }),
    )
}
