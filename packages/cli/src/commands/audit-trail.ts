import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../database.ts'
import { findOrg } from '../find.ts'
import { dataOption, jsonOption, limitOption, orgOption } from '../options.ts'
import { minute, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport audit-trail`: who changed what of how an org is set up. */
export function auditTrail(terminal: Terminal): CommandUnknownOpts {
  return new Command('audit-trail')
    .summary('show who changed the setup of an org')
    .description(
      'Shows the changes of how an org is set up, newest first (Setup Audit Trail). Those of commands and of org files name ' +
        'no user.',
    )
    .addOption(limitOption())
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const entries = await stores.auditTrail.list(org.id, { limit: options.limit })
        const shown = await Promise.all(
          entries.map(async ({ id, createdById, ...entry }) => {
            const user = createdById === undefined ? undefined : await stores.users.find(createdById)
            return { ...entry, user: user?.username ?? createdById }
          }),
        )
        const rows = shown.map((each) => [minute(each.at), each.user ?? '–', each.section, each.display])
        terminal.answer(shown, table(['Date', 'User', 'Section', 'Change'], rows, terminal.style))
      }),
    )
}
