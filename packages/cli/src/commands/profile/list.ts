import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { profileJson } from './shown-profile.ts'

/** `sallyport profile list`: the profiles of an org. */
export function profileList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the profiles')
    .description('Lists the profiles of an org by name, with how many users have each.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const shown = await Promise.all(
          (await stores.profiles.list(org.id)).map(async (profile) => ({
            ...profileJson(profile, org.name),
            users: await stores.users.count(org.id, { profileId: profile.id }),
          })),
        )
        const rows = shown.map((each) => [each.name, String(each.users), each.permissions.join(', ') || '–'])
        terminal.answer(shown, table(['Name', 'Users', 'Permissions'], rows, terminal.style))
      }),
    )
}
