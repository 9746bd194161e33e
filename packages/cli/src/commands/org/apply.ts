import { existsSync } from 'node:fs'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { applyFile, changesText } from '../../apply-org-file.ts'
import { keyFile } from '../../data-folder.ts'
import { withNewDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport org apply`: makes a server hold what an org file says. */
export function orgApply(terminal: Terminal): CommandUnknownOpts {
  return new Command('apply')
    .summary('make, change and leave alone what an org file says')
    .description(
      'Applies an org file (YAML or JSON): makes what is missing, changes what differs, leaves the rest. A mistake ' +
        'refuses it whole. Applying it again changes nothing.',
    )
    .argument('<file>')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport org apply acme.yaml')
    .action((path, options) =>
      withNewDatabase(options, async (database) => {
        // Where the key lies beside the database, as `dev` keeps it, nothing is lost by a password in the clear.
        const rules = { allowsPasswords: existsSync(keyFile(database.folder)) }
        const { changes } = await terminal.busy(`Applying ${path}`, () => applyFile(database, path, rules, terminal))
        const done = changes.filter(({ applied }) => applied !== 'unchanged')
        const rows = done.map(({ applied, kind, name, org }) => [applied, kind, name, org])
        const list = rows.length === 0 ? '' : `\n${table(['Done', 'What', 'Name', 'Org'], rows, terminal.style)}`
        terminal.answer(changes, `${terminal.style.green('✓')} Applied ${path}: ${changesText(changes)}.${list}`)
      }),
    )
}
