import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findAuthProvider, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport auth-provider delete`: nobody signs in with it any more. */
export function authProviderDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete an auth. provider')
    .description(
      'Deletes an auth. provider: nobody signs in with it from then on, and who is linked there is forgotten.',
    )
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const provider = await findAuthProvider(stores, org, name)
        await confirmed(
          terminal,
          options.yes,
          `This deletes the auth. provider ${provider.developerName} of the org “${org.name}”, and which users are linked ` +
            'there. Sessions that are open stay open.',
        )
        await stores.authProviders.delete(provider.id)
        terminal.answer(
          { name: provider.developerName, org: org.name, isDeleted: true },
          `${terminal.style.green('✓')} Nobody signs in to the org “${org.name}” with ${provider.friendlyName} any more.`,
        )
      }),
    )
}
