import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { importCertificate } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { readFile, readSecret } from '../../secret-source.ts'
import { minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson } from './shown-certificate.ts'

/** `sallyport certificate import`: a certificate that exists, with its private key or without. */
export function certificateImport(terminal: Terminal): CommandUnknownOpts {
  return new Command('import')
    .summary('take in a certificate, with its private key or without')
    .description('Takes a certificate into an org (PEM), with its private key if the org is to sign with it.')
    .argument('<name>', 'unique in its org')
    .requiredOption('--certificate-file <file>', 'the certificate; of a chain the first')
    .option('--private-key-file <file>', 'take the private key from this file')
    .option('--private-key-env <variable>', 'take the private key from this environment variable')
    .option('--private-key-stdin', 'take the private key from standard input')
    .option('--label <text>', 'by default the name')
    .option('--not-exportable', 'the private key never leaves the server again')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport certificate import Acme --certificate-file acme.crt --private-key-file acme.key',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, newId, now }) => {
        const org = await findOrg(stores, options.org)
        const { label, notExportable, privateKeyEnv: variable, privateKeyFile: file } = options
        const source = { variable, file, isStandardInput: options.privateKeyStdin }
        const privateKey = await readSecret(source, '--private-key', process.env)
        const outcome = await importCertificate({ ...stores, seal, newId, now }, org, {
          name,
          certificate: readFile(options.certificateFile),
          isPrivateKeyExportable: notExportable !== true,
          ...entered({ label, privateKey }),
        })
        const names = { name: '<name>', certificate: '--certificate-file', privateKey: 'The private key' }
        const taken = accepted(terminal, outcome, 'The certificate was not taken in.', names)
        const what = privateKey === undefined ? 'the certificate' : 'the certificate, with its private key,'
        terminal.answer(
          certificateJson(taken, org.name),
          `${terminal.style.green('✓')} Took ${what} into the org “${org.name}” as ${taken.name}, valid until ` +
            `${minute(taken.certificate.notAfter)}.`,
        )
      }),
    )
}
