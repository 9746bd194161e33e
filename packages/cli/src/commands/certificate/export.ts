import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { exportPrivateKey } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { writePrivately } from '../../data-folder.ts'
import { withDatabase } from '../../database.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport certificate export`: the certificate, or its private key, as PEM. */
export function certificateExport(terminal: Terminal): CommandUnknownOpts {
  return new Command('export')
    .summary('print a certificate, or its private key, as PEM')
    .description('Prints a certificate as PEM, to be uploaded where it is to be trusted; or its private key.')
    .argument('<name>')
    .option('--private-key', 'the private key instead (PKCS#8), which whoever has it can sign with')
    .option('--out <file>', 'write it into a file that only its owner may read')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport certificate export Acme_Integration > acme.crt')
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal }) => {
        const org = await findOrg(stores, options.org)
        const held = await findCertificate(stores, org, name)
        const isKey = options.privateKey === true
        const names = { name: '<name>' }
        const pem = isKey
          ? accepted(terminal, exportPrivateKey(seal, held), 'The private key was not exported.', names)
          : held.certificate.pem
        if (options.out !== undefined) {
          writePrivately(options.out, pem)
          const what = isKey ? 'private key' : 'certificate'
          terminal.answer(
            { name: held.name, file: options.out },
            `${terminal.style.green('✓')} Wrote the ${what} into ${options.out}.`,
          )
        } else if (terminal.wantsJson) {
          terminal.answer(isKey ? { name: held.name, privateKey: pem } : { name: held.name, certificate: pem }, pem)
        } else {
          terminal.write(pem.endsWith('\n') ? pem : `${pem}\n`)
        }
      }),
    )
}
