import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeOrg, didYouMean, isInForce, isReleaseUpdateName, releaseUpdateNames } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport release switch`: one dated change by itself. */
export function releaseSwitch(terminal: Terminal): CommandUnknownOpts {
  return new Command('switch')
    .summary('switch one dated change by itself')
    .description(
      'Switches a dated change on or off in an org, whatever its release; follow leaves it to the release again.',
    )
    .argument('<name>', 'of the change, as sallyport release list has it')
    .addArgument(new Argument('<state>', 'what it is to be').choices(['on', 'off', 'follow'] as const))
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport release switch blockUninstalledApps off')
    .action((name, state, options) =>
      withDatabase(options, async ({ stores, now }) => {
        if (!isReleaseUpdateName(name)) {
          throw new WrongUsage(`There is no dated change “${name}”.${didYouMean(name, releaseUpdateNames)}`, {
            next: 'See which there are: sallyport release list',
          })
        }
        const org = await findOrg(stores, options.org)
        const { [name]: _, ...others } = org.settings.releaseUpdates
        const releaseUpdates = state === 'follow' ? others : { ...others, [name]: state === 'on' }
        const outcome = await changeOrg(stores, org, { settings: { releaseUpdates } })
        const { settings } = accepted(terminal, outcome, 'The org was not changed.')
        const isNow = isInForce(name, settings, now())
        terminal.answer(
          { org: org.name, name, switched: settings.releaseUpdates[name], isInForce: isNow },
          `${terminal.style.green('✓')} ${name} is ${isNow ? 'in force' : 'not in force'} in the org “${org.name}”.`,
        )
      }),
    )
}
