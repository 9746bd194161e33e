import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeIdentityProvider, createCertificate } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { providerJson, providerText } from './shown-provider.ts'

/** The certificate that is made where none is named. */
const ownCertificate = 'Identity_Provider'

/** `sallyport identity-provider enable` */
export function identityProviderEnable(terminal: Terminal): CommandUnknownOpts {
  return new Command('enable')
    .summary('make an org an identity provider, or change its certificate')
    .description(
      'Makes an org a SAML identity provider. It signs with the key of a certificate of its own; where none is named, and none ' +
        `was chosen before, “${ownCertificate}” is made.`,
    )
    .option('--certificate <name>', 'whose key signs')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport identity-provider enable --org Acme --certificate Acme_Integration')
    .action((options) =>
      withDatabase(options, async (base) => {
        const { stores, seal, newId, now } = base
        const org = await findOrg(stores, options.org)
        const held = options.certificate ?? org.settings.identityProviderCertificate
        const isMade =
          held === undefined && (await stores.certificates.findByName(org.id, ownCertificate)) === undefined
        const entered = { enableIdentityProvider: true, certificateName: held ?? ownCertificate }
        const refused = 'The identity provider was not enabled.'
        if (isMade) {
          const made = await createCertificate({ ...stores, seal, newId, now }, org, { name: ownCertificate })
          accepted(terminal, made, refused)
        }
        const outcome = await changeIdentityProvider(stores, org, entered)
        const changed = accepted(terminal, outcome, refused, { certificateName: '--certificate' })
        terminal.answer(
          await providerJson(base, changed),
          `${terminal.style.green('✓')} The org “${org.name}” is an identity provider.\n` +
            (await providerText(base, changed, terminal.style)),
        )
      }),
    )
}

/** `sallyport identity-provider disable` */
export function identityProviderDisable(terminal: Terminal): CommandUnknownOpts {
  return new Command('disable')
    .summary('sign nobody in to apps any more')
    .description('Makes an org an identity provider no more. Its apps keep their settings; sessions in them go on.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async (base) => {
        const org = await findOrg(base.stores, options.org)
        const outcome = await changeIdentityProvider(base.stores, org, { enableIdentityProvider: false })
        const changed = accepted(terminal, outcome, 'The identity provider was not disabled.')
        terminal.answer(
          await providerJson(base, changed),
          `${terminal.style.green('✓')} The org “${org.name}” is an identity provider no more.`,
        )
      }),
    )
}
