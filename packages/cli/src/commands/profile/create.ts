import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newProfile } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone, permissionOptionNames } from '../permission-options.ts'
import { enteredProfile, profileCommand } from './profile-options.ts'
import { profileJson } from './shown-profile.ts'

/** `sallyport profile create`: makes a profile of an org. */
export function profileCreate(terminal: Terminal): CommandUnknownOpts {
  return profileCommand('create')
    .summary('make a profile')
    .description('Makes a profile of an org. What is not given it does not permit.')
    .addHelpText('after', '\nExample:\n  sallyport profile create Integration --permission ApiEnabled')
    .action((name, options) =>
      withDatabase(options, async ({ stores, newId }) => {
        const org = await findOrg(stores, options.org)
        const outcome = await newProfile({ ...stores, newId }, org, { ...enteredProfile(options), name })
        const profile = accepted(terminal, outcome, 'The profile was not made.', permissionOptionNames)
        const text = `Made the profile “${profile.name}” of the org “${org.name}”.`
        answerDone(terminal, profileJson(profile, org.name), text)
      }),
    )
}
