import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { customPermissionJson } from './shown-custom-permission.ts'

/** `sallyport custom-permission list`: those of an org. */
export function customPermissionList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the custom permissions')
    .description('Lists the custom permissions of an org by name.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const all = await stores.customPermissions.list(org.id)
        const shown = await Promise.all(all.map((each) => customPermissionJson(stores, each, org)))
        const rows = shown.map((each) => [
          each.name,
          each.connectedApp ?? '–',
          [...each.profiles, ...each.permissionSets].join(', ') || '–',
        ])
        terminal.answer(shown, table(['Name', 'Connected app', 'Given by'], rows, terminal.style))
      }),
    )
}
