import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { appChecked, appNoun, changePolicies } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { Failure, WrongUsage } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { readOptions } from '../../option-table.ts'
import type { Terminal } from '../../terminal.ts'
import { appCommand, appOptionNames, appOptions, enteredApp, enteredPolicies } from './app-options.ts'
import { appJson, shownApp } from './shown-app.ts'

/** `sallyport app update`: changes settings of a connected app, and policies of an org for it. */
export function appUpdate(terminal: Terminal): CommandUnknownOpts {
  return appCommand('update')
    .summary('change settings and policies of a connected app')
    .description(
      'Changes what is given of the settings and policies of a connected app and leaves the rest. Lists are given whole; ' +
        'an empty text clears.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  sallyport app update Shop --require-pkce --refresh-token-policy inactivity:30d',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const { app, org } = await findApp(stores, name, options.org)
        const given = readOptions(appOptions, options)
        const settings = enteredApp(given)
        const policies = enteredPolicies(given)
        const hasSettings = Object.keys(settings).length > 0
        const hasPolicies = Object.keys(policies).length > 0
        if (!hasSettings && !hasPolicies) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport app update --help',
          })
        }
        if (hasSettings && app.orgId === undefined) {
          const next = 'Its policies can be: --permitted-users, --profile, --refresh-token-policy and the like.'
          throw new Failure(`The settings of ${app.fullName} are built in and cannot be changed.`, { next })
        }
        if (hasSettings) await checkOwnApp(stores, { app, org }, 'its settings be changed')
        const refused = 'The app was not changed.'
        // Both are checked before either is written, so that half a change is none.
        const changed = accepted(terminal, await appChecked({ ...stores, now }, app, settings), refused, appOptionNames)
        if (hasPolicies) accepted(terminal, await changePolicies(stores, app, org, policies), refused, appOptionNames)
        if (hasSettings) await stores.apps.update(changed)
        terminal.answer(
          appJson(await shownApp(stores, { app: changed, org })),
          `${terminal.style.green('✓')} Changed the ${appNoun(changed)} ${changed.fullName}.`,
        )
      }),
    )
}
