import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { signingRequest } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { entered } from '../../entered.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { writeWhole } from '../keystore/files.ts'
import { forceOption } from '../keystore/password-options.ts'

/** `sallyport certificate csr`: what a certification authority is sent, so that it signs. */
export function certificateCsr(terminal: Terminal): CommandUnknownOpts {
  return new Command('csr')
    .summary('ask a certification authority to sign')
    .description(
      'Prints a certificate signing request (PKCS#10, PEM) for a key that an org holds. What the authority signs comes back by ' +
        'sallyport certificate upload-signed; until then the self-signed certificate stays in use.',
    )
    .argument('<name>')
    .option('--common-name <text>', 'by default the name of the certificate')
    .option('--email-address <address>')
    .option('--company <text>')
    .option('--department <text>')
    .option('--city <text>')
    .option('--state <text>')
    .option('--country <code>', 'of two letters, such as US')
    .option('--out <file>', 'write it into a file')
    .addOption(forceOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport certificate csr Acme --common-name acme.example --company Acme --country US > acme.csr',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal }) => {
        const held = await findCertificate(stores, await findOrg(stores, options.org), name)
        const { commonName, emailAddress, company, department, city, state, country } = options
        const subject = entered({ commonName, emailAddress, company, department, city, state, country })
        const names = { name: '<name>' }
        const pem = accepted(terminal, await signingRequest(seal, held, subject), 'No request was made.', names)
        if (options.out !== undefined) {
          writeWhole({
            file: options.out,
            bytes: Buffer.from(pem),
            isPrivate: false,
            mayReplace: options.force === true,
          })
          terminal.answer(
            { name: held.name, file: options.out },
            `${terminal.style.green('✓')} Wrote the request into ${options.out}.`,
          )
        } else if (terminal.wantsJson) terminal.answer({ name: held.name, signingRequest: pem }, pem)
        else terminal.write(pem)
      }),
    )
}
