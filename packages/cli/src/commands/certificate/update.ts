import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { changeCertificate } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { WrongUsage } from '../../failure.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson } from './shown-certificate.ts'

/** `sallyport certificate update`: another label, or a private key that stays here from now on. */
export function certificateUpdate(terminal: Terminal): CommandUnknownOpts {
  return new Command('update')
    .summary('change the label of a certificate, or keep its key here')
    .description('Changes the label of a certificate, or has its private key never leave the server again.')
    .argument('<name>')
    .option('--label <text>')
    .option('--not-exportable', 'the private key never leaves the server again; this cannot be taken back')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const { label, notExportable } = options
        if (label === undefined && notExportable !== true) {
          throw new WrongUsage('Nothing was named to change.', { next: 'Give --label or --not-exportable.' })
        }
        const org = await findOrg(stores, options.org)
        const held = await findCertificate(stores, org, name)
        const outcome = await changeCertificate({ ...stores, seal, now }, held, {
          ...(label !== undefined && { label }),
          ...(notExportable === true && { isPrivateKeyExportable: false }),
        })
        const changed = accepted(terminal, outcome, 'The certificate was not changed.', { name: '<name>' })
        terminal.answer(
          certificateJson(changed, org.name),
          `${terminal.style.green('✓')} Changed the certificate ${changed.name}.`,
        )
      }),
    )
}
