import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeUser } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findUser } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { shownUser, userJson } from './shown-user.ts'

/** `sallyport user assign`: gives a user permission sets or another profile, or takes permission sets away. */
export function userAssign(terminal: Terminal): CommandUnknownOpts {
  return new Command('assign')
    .summary('give a user permission sets or another profile')
    .description('Gives a user permission sets or another profile, or takes permission sets away.')
    .argument('<username>')
    .option('--permission-set <name...>', 'give these')
    .option('--remove-permission-set <name...>', 'take these away')
    .option('--profile <name>', 'in the place of the one before')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport user assign robot@acme.example --permission-set Integration_Access')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const { permissionSet: added = [], removePermissionSet: removed = [], profile } = options
        if (added.length === 0 && removed.length === 0 && profile === undefined) {
          throw new WrongUsage('Nothing was named to assign.', {
            next: 'Give --permission-set <name> or --profile <name>.',
          })
        }
        const user = await findUser(stores, name)
        const held = (await shownUser(stores, user, now())).permissionSets
        const stranger = removed.find((each) => !held.includes(each))
        if (stranger !== undefined)
          throw new WrongUsage(`${user.username} does not have the permission set “${stranger}”.`)
        const permissionSets = [...new Set([...held, ...added])].filter((each) => !removed.includes(each))
        const entered = { permissionSets, ...(profile !== undefined && { profile }) }
        const outcome = await changeUser({ ...stores, now, actor: undefined }, user, entered)
        const names = { permissionSets: '--permission-set' }
        const shown = await shownUser(stores, accepted(terminal, outcome, 'Nothing was assigned.', names), now())
        terminal.answer(
          userJson(shown),
          `${terminal.style.green('✓')} ${user.username} has the profile “${shown.profile}” and ` +
            (shown.permissionSets.length === 0
              ? 'no permission sets.'
              : `the permission sets ${shown.permissionSets.join(', ')}.`),
        )
      }),
    )
}
