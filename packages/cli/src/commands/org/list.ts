import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { table, yesNo } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { orgJson } from './shown-org.ts'

/** `sallyport org list`: every org of the server. */
export function orgList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the orgs')
    .description('Lists the orgs of the server, oldest first.')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = await stores.orgs.list()
        const rows = orgs.map(({ name, id, type, myDomain, port, isActive }) => [
          name,
          id,
          type,
          myDomain ?? '–',
          port?.toString() ?? '–',
          yesNo(isActive),
        ])
        const headings = ['Name', 'Id', 'Type', 'My Domain', 'Port', 'Active']
        const none = 'There is no org yet. Make one: sallyport org create <name>'
        terminal.answer(orgs.map(orgJson), rows.length === 0 ? none : table(headings, rows, terminal.style))
      }),
    )
}
