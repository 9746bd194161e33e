import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { permissionSetJson } from './shown-permission-set.ts'

/** `sallyport permission-set list`: the permission sets of an org. */
export function permissionSetList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the permission sets')
    .description('Lists the permission sets of an org by name, with how many users have each.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const shown = await Promise.all(
          (await stores.permissionSets.list(org.id)).map(async (permissionSet) => ({
            ...permissionSetJson(permissionSet, org.name),
            users: await stores.users.count(org.id, { permissionSetId: permissionSet.id }),
          })),
        )
        const rows = shown.map((each) => [each.name, String(each.users), each.permissions.join(', ') || '–'])
        terminal.answer(shown, table(['Name', 'Users', 'Permissions'], rows, terminal.style))
      }),
    )
}
