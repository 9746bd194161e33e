import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { newOrg } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withNewDatabase } from '../../database.ts'
import { dataOption, jsonOption, readPort } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { orgJson } from './shown-org.ts'

/** `sallyport org create`: makes an org, and the database when there is none yet. */
export function orgCreate(terminal: Terminal): CommandUnknownOpts {
  return new Command('create')
    .summary('make an org')
    .description('Makes an org with the standard profiles, and the database when there is none yet.')
    .argument('<name>', 'unique on the server')
    .addOption(
      new Option('--type <type>', 'decides whose login host assertions may name')
        .choices(['production', 'sandbox', 'scratch'] as const)
        .default('production' as const),
    )
    .option('--my-domain <label>', 'an address of its own: <label>.my.<host>')
    .addOption(new Option('--port <number>', 'an address of its own by a port').argParser(readPort))
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport org create Acme --my-domain acme')
    .action((name, options) =>
      withNewDatabase(options, async (database) => {
        const { type, myDomain, port } = options
        const entered = { name, type, ...(myDomain !== undefined && { myDomain }), ...(port !== undefined && { port }) }
        const outcome = await newOrg({ ...database.stores, ...database }, entered)
        const org = accepted(terminal, outcome, 'The org was not made.', { name: '<name>' })
        terminal.answer(
          orgJson(org),
          `${terminal.style.green('✓')} Made the org “${org.name}” (${org.id}).\n` +
            '  Its first admin: sallyport user create admin@example.com --last-name Admin ' +
            `--profile "System Administrator" --org "${org.name}"`,
        )
      }),
    )
}
