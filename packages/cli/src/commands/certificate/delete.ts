import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { certificateUses, deleteCertificate } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport certificate delete`: the certificate and its private key are gone. */
export function certificateDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a certificate and its private key')
    .description(
      'Deletes a certificate of an org with its private key, unless a credential or an app signs with it. The key cannot be had back.',
    )
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const held = await findCertificate(stores, org, name)
        const loss =
          held.sealedPrivateKey === undefined
            ? 'only the certificate is held here.'
            : 'its private key goes with it, and nothing can be signed with that key here any more.'
        const uses = await certificateUses(stores, held, await stores.orgs.list())
        const apps = uses.map(({ app, org: place }) => `${app.fullName} (${place.name})`).join(', ')
        await confirmed(
          terminal,
          options.yes,
          `This deletes the certificate ${held.name} of the org “${org.name}” for good: ${loss} ` +
            (apps === ''
              ? 'No connected app here trusts it.'
              : `These connected apps trust its key, and keep their own copy: ${apps}.`),
        )
        const outcome = await deleteCertificate(stores, held)
        accepted(terminal, outcome, 'The certificate was not deleted.', { certificate: '<name>' })
        terminal.answer(
          { name: held.name, org: org.name, isDeleted: true },
          `${terminal.style.green('✓')} Deleted the certificate ${held.name}.`,
        )
      }),
    )
}
