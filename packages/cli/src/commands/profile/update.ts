import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeProfile } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg, findProfile } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'
import { enteredProfile, profileCommand } from './profile-options.ts'
import { profileJson } from './shown-profile.ts'

/** `sallyport profile update`: changes what is given of a profile. */
export function profileUpdate(terminal: Terminal): CommandUnknownOpts {
  return profileCommand('update')
    .summary('change a profile')
    .description('Changes what is given of a profile and leaves the rest. Lists are given whole; an empty text clears.')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport profile update Integration --login-ip-range 10.0.0.1-10.0.0.9 --session-timeout 15m',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const profile = await findProfile(stores, org, name)
        const entered = enteredProfile(options)
        if (Object.keys(entered).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what there is: sallyport profile update --help',
          })
        }
        const outcome = await changeProfile({ ...stores, actor: undefined }, profile, entered)
        const changed = accepted(terminal, outcome, 'The profile was not changed.', permissionOptionNames)
        answerDone(terminal, profileJson(changed, org.name), `Changed the profile “${changed.name}”.`)
      }),
    )
}
