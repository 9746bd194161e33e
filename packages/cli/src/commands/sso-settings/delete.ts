import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg, findSsoSettings } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport sso-settings delete`: the org believes the identity provider no more. */
export function ssoSettingsDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('believe an identity provider no more')
    .description('Deletes SAML single sign-on settings: what the provider signs is refused from then on.')
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const config = await findSsoSettings(stores, org, name)
        await confirmed(
          terminal,
          options.yes,
          `This deletes the single sign-on settings ${config.fullName} of the org “${org.name}”: nobody gets in by ` +
            `${config.issuer} any more. Sessions that are open stay open.`,
        )
        await stores.samlSsoConfigs.delete(config.id)
        terminal.answer(
          { name: config.fullName, org: org.name, isDeleted: true },
          `${terminal.style.green('✓')} The org “${org.name}” believes ${config.issuer} no more.`,
        )
      }),
    )
}
