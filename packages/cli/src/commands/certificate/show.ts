import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { certificateUsers, certificateUses, validityWarning } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findCertificate, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson, certificateText, usesJson } from './shown-certificate.ts'

/** `sallyport certificate show`: one certificate. */
export function certificateShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show a certificate')
    .description('Shows a certificate of an org: whose it is, its key, and until when it is valid.')
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores, now }) => {
        const org = await findOrg(stores, options.org)
        const held = await findCertificate(stores, org, name)
        const uses = await certificateUses(stores, held, await stores.orgs.list())
        const users = await certificateUsers(stores, held)
        const namedBy = users.map(({ kind, name, as }) => ({ kind, name, as }))
        terminal.answer(
          { ...certificateJson(held, org.name), usedBy: usesJson(uses), namedBy },
          certificateText(held, org.name, terminal.style, { uses, users }),
        )
        const warning = validityWarning(held.certificate, now())
        if (warning !== undefined) terminal.note(`${terminal.style.yellow('!')} ${warning}`)
      }),
    )
}
