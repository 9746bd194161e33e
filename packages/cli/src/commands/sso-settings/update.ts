import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeSamlSsoConfig } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg, findSsoSettings } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { enteredSettings, settingsCommand, settingsOptionNames } from './settings-options.ts'
import { settingsJson, shownSettings } from './shown-settings.ts'

/** `sallyport sso-settings update`: changes what is named and leaves the rest. */
export function ssoSettingsUpdate(terminal: Terminal): CommandUnknownOpts {
  return settingsCommand('update')
    .summary('change single sign-on settings')
    .description('Changes what is named of SAML single sign-on settings, and leaves the rest.')
    .addHelpText(
      'after',
      '\nExample:\n  sallyport sso-settings update Acme_IdP --certificate-file idp-of-next-year.crt',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const settings = await enteredSettings(terminal, options, now(), 'The settings were not changed.')
        if (Object.keys(settings).length === 0) {
          throw new WrongUsage('Nothing was named to change.', {
            next: 'See what can be: sallyport sso-settings update --help',
          })
        }
        const org = await findOrg(stores, options.org)
        const config = await findSsoSettings(stores, org, name)
        const outcome = await changeSamlSsoConfig({ ...stores, now }, config, settings)
        const changed = accepted(terminal, outcome, 'The settings were not changed.', settingsOptionNames)
        terminal.answer(
          settingsJson(await shownSettings(stores, changed, org)),
          `${terminal.style.green('✓')} Changed the single sign-on settings ${changed.fullName}.`,
        )
      }),
    )
}
