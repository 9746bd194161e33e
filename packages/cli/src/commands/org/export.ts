import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { orgEntryOf, orgFileYaml } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport org export`: an org as an org file, to keep in git and to apply elsewhere. */
export function orgExport(terminal: Terminal): CommandUnknownOpts {
  return new Command('export')
    .summary('print an org as an org file')
    .description(
      'Prints an org as an org file (YAML), without passwords, consumer secrets and private keys. Applied where it came ' +
        'from, it changes nothing.',
    )
    .argument('[name]', 'by name, My Domain or id; needless when there is only one')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport org export Acme > acme.yaml')
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const file = { orgs: [await orgEntryOf(stores, await findOrg(stores, name))] }
        if (terminal.wantsJson) terminal.answer(file, '')
        else terminal.write(orgFileYaml(file))
      }),
    )
}
