import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { addresses, spMetadata, spMetadataXml } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findOrg, findSsoSettings } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { readPublicUrl } from '../serve/public-url.ts'

/** `sallyport sso-settings metadata`: what the identity provider has to be told of the org. */
export function ssoSettingsMetadata(terminal: Terminal): CommandUnknownOpts {
  return new Command('metadata')
    .summary('print what the identity provider has to be told')
    .description(
      'Prints the SAML metadata of an org as the service provider of single sign-on settings: its entity id, where it takes ' +
        'responses and messages about signing out, and its certificates.',
    )
    .argument('<name>')
    .addOption(
      new Option(
        '--public-url <url>',
        'of the server; not needed for an org that has a port of its own on this machine',
      )
        .env('SALLYPORT_PUBLIC_URL')
        .argParser(readPublicUrl),
    )
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport sso-settings metadata Acme_IdP --org Acme >acme.xml')
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const org = await findOrg(stores, options.org)
        const config = await findSsoSettings(stores, org, name)
        const { publicUrl } = options
        if (publicUrl === undefined && org.port === undefined) {
          throw new WrongUsage(`Where the org “${org.name}” answers is not known.`, {
            next: 'Say how callers reach the server: --public-url https://…',
          })
        }
        const at = addresses(publicUrl ?? 'http://localhost', [], stores.orgs)
        const metadata = await spMetadata({ ...stores, addresses: at }, org, config, await at.siteOf(undefined))
        const xml = spMetadataXml(metadata, now())
        const { entityId, acsUrl, logoutUrl, signing, encryption } = metadata
        const certificates = { signingCertificate: signing?.pem, encryptionCertificate: encryption?.pem }
        terminal.answer({ entityId, acsUrl, logoutUrl, ...certificates, metadata: xml }, xml.trimEnd())
      }),
    )
}
