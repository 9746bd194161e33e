import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { newSamlSsoConfig, type SamlSsoConfig } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import type { Terminal } from '../../terminal.ts'
import { enteredSettings, settingsCommand, settingsOptionNames } from './settings-options.ts'
import { settingsJson, shownSettings } from './shown-settings.ts'

/** `sallyport sso-settings create`: lets an org believe an identity provider. */
export function ssoSettingsCreate(terminal: Terminal): CommandUnknownOpts {
  return settingsCommand('create')
    .summary('let an org believe an identity provider')
    .description(
      'Makes SAML single sign-on settings: the org believes what this identity provider signs about its users. By default ' +
        'the provider names them by username, in the NameID.',
    )
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  sallyport sso-settings create Acme_IdP --issuer https://idp.acme.example \\\n' +
        '    --entity-id https://acme.my.salesforce.com --certificate-file idp.crt --identity FederationId\n' +
        '  sallyport sso-settings create Acme_IdP --entity-id https://acme.my.salesforce.com --metadata-file idp.xml',
    )
    .action((fullName, options) =>
      withDatabase(options, async ({ stores, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const needed = { issuer: '', samlEntityId: '', validationCert: '' }
        const outcome = await newSamlSsoConfig({ ...stores, newId, now }, org, {
          ...needed,
          ...(await enteredSettings(terminal, options, now(), 'The settings were not made.')),
          fullName,
        })
        const config = accepted(terminal, outcome, 'The settings were not made.', settingsOptionNames)
        terminal.answer(
          settingsJson(await shownSettings(stores, config, org)),
          `${terminal.style.green('✓')} The org “${org.name}” believes ${config.issuer}.\n` +
            `  Its responses go to the address of the org with ${responseQuery(config, org)}, assertions for programs to /services/oauth2/token?so=${org.id}`,
        )
      }),
    )
}

/** What names the org, or the settings with which it decrypts. */
function responseQuery({ id, decryptionCertificate }: SamlSsoConfig, org: { readonly id: string }): string {
  return decryptionCertificate === undefined ? `?so=${org.id}` : `?sc=${id}`
}
