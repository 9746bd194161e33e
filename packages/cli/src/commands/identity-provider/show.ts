import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { providerJson, providerText } from './shown-provider.ts'

/** `sallyport identity-provider show` */
export function identityProviderShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show an org as identity provider')
    .description('Shows an org as SAML identity provider: what it signs with, and the apps that people sign in to.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async (base) => {
        const org = await findOrg(base.stores, options.org)
        terminal.answer(await providerJson(base, org), await providerText(base, org, terminal.style))
      }),
    )
}
