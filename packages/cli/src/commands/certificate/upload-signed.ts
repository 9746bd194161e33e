import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { certificateUses, uploadSignedCertificate } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { readCertificateFile } from '../../certificate-file.ts'
import { withDatabase } from '../../database.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson } from './shown-certificate.ts'

/** `sallyport certificate upload-signed`: what a certification authority signed takes the place of what is held. */
export function certificateUploadSigned(terminal: Terminal): CommandUnknownOpts {
  return new Command('upload-signed')
    .summary('take in what a certification authority signed')
    .description(
      'Puts what a certification authority made of a signing request in the place of the certificate that is held, with those ' +
        'that vouch for it. The private key stays.',
    )
    .argument('<name>')
    .requiredOption('--file <file>', 'the certificate and its chain (PEM), in any order')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const org = await findOrg(stores, options.org)
        const held = await findCertificate(stores, org, name)
        const outcome = await uploadSignedCertificate({ ...stores, seal, now }, held, readCertificateFile(options.file))
        const names = { name: '<name>', certificate: '--file' }
        const signed = accepted(terminal, outcome, 'The certificate was not taken in.', names)
        const stale = (await certificateUses(stores, signed, await stores.orgs.list())).filter(({ isSame }) => !isSame)
        terminal.answer(
          certificateJson(signed, org.name),
          [
            `${terminal.style.green('✓')} ${signed.name} is signed by ${signed.certificate.issuer} now, valid until ` +
              `${minute(signed.certificate.notAfter)}.`,
            ...stale.map(
              ({ app, org: place }) =>
                `  ${app.fullName} in the org “${place.name}” still has the certificate before, of the same key: give it this ` +
                'one before that one expires.',
            ),
          ].join('\n'),
        )
      }),
    )
}
