import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg, findSsoSettings } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { settingsJson, settingsText, shownSettings } from './shown-settings.ts'

/** `sallyport sso-settings show`: one identity provider that an org believes. */
export function ssoSettingsShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show single sign-on settings')
    .description('Shows SAML single sign-on settings of an org.')
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const config = await findSsoSettings(stores, org, name)
        const shown = await shownSettings(stores, config, org)
        terminal.answer(settingsJson(shown), settingsText(shown, terminal.style))
      }),
    )
}
