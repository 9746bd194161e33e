import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findAuthProvider, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { providerJson, providerText } from './shown-provider.ts'

/** `sallyport auth-provider show`: one outside provider of an org. */
export function authProviderShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show an auth. provider')
    .description('Shows an auth. provider of an org, without its secret.')
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const provider = await findAuthProvider(stores, org, name)
        terminal.answer(providerJson(provider, org.name), providerText(provider, org.name, terminal.style))
      }),
    )
}
