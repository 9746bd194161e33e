import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { customScopeJson } from './shown-custom-scope.ts'

/** `sallyport custom-scope list`: those of an org. */
export function customScopeList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the custom scopes')
    .description('Lists the custom scopes of an org by name.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const all = await stores.customScopes.list(org.id)
        const shown = await Promise.all(all.map((each) => customScopeJson(stores, each, org)))
        const rows = shown.map((each) => [
          each.name,
          each.label,
          each.isPublic ? 'yes' : 'no',
          each.assignedTo.join(', ') || '–',
        ])
        terminal.answer(shown, table(['Name', 'Label', 'In discovery', 'Apps'], rows, terminal.style))
      }),
    )
}
