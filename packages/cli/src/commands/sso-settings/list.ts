import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute, table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { identityText, settingsJson, shownSettings } from './shown-settings.ts'

/** `sallyport sso-settings list`: the identity providers that one org believes, or each. */
export function ssoSettingsList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the identity providers that are believed')
    .description('Lists the SAML single sign-on settings of one org or of all.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const found = await Promise.all(
          orgs.map(async (org) =>
            Promise.all((await stores.samlSsoConfigs.list(org.id)).map((config) => shownSettings(stores, config, org))),
          ),
        )
        const rows = found
          .flat()
          .map(({ config, org }) => [
            config.fullName,
            org,
            config.issuer,
            identityText(config),
            minute(config.validationCert.notAfter),
          ])
        const none = 'No org believes an identity provider yet. Make settings: sallyport sso-settings create <name>'
        terminal.answer(
          found.flat().map(settingsJson),
          rows.length === 0
            ? none
            : table(['Name', 'Org', 'Issuer', 'Identity', 'Certificate until'], rows, terminal.style),
        )
      }),
    )
}
