import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { createCertificate, keySizes } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson } from './shown-certificate.ts'

/** `sallyport certificate create`: a new key with a self-signed certificate. */
export function certificateCreate(terminal: Terminal): CommandUnknownOpts {
  return new Command('create')
    .summary('make a key with a self-signed certificate')
    .description('Makes an RSA key with a self-signed certificate, and keeps both in an org.')
    .argument('<name>', 'unique in its org')
    .option('--label <text>', 'by default the name')
    .addOption(new Option('--key-size <bits>').choices(keySizes.map(String)).default('2048'))
    .option('--not-exportable', 'the private key never leaves the server')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport certificate create Acme_Integration --key-size 4096')
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const { label, notExportable } = options
        const request = {
          name,
          keySize: Number(options.keySize),
          isPrivateKeyExportable: notExportable !== true,
          ...entered({ label }),
        }
        const outcome = await terminal.busy(`Making a key of ${options.keySize} bits`, () =>
          createCertificate({ ...stores, seal, newId, now }, org, request),
        )
        const made = accepted(terminal, outcome, 'The certificate was not made.', { name: '<name>' })
        terminal.answer(
          certificateJson(made, org.name),
          `${terminal.style.green('✓')} Made the certificate ${made.name} in the org “${org.name}”, valid until ` +
            `${minute(made.certificate.notAfter)}.\n  Hand it out: sallyport certificate export ${made.name}`,
        )
      }),
    )
}
