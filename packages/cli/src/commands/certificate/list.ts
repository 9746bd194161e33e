import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { minute, table, yesNo } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { certificateJson, keyText } from './shown-certificate.ts'

/** `sallyport certificate list`: the certificates of one org, or of all. */
export function certificateList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the certificates')
    .description("Lists the orgs' own certificates, those of one org or of all.")
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const found = await Promise.all(
          orgs.map(async (org) => (await stores.certificates.list(org.id)).map((held) => ({ held, org: org.name }))),
        )
        const rows = found
          .flat()
          .map(({ held, org }) => [
            held.name,
            org,
            keyText(held),
            minute(held.certificate.notAfter),
            yesNo(held.sealedPrivateKey !== undefined),
          ])
        const headings = ['Name', 'Org', 'Key', 'Valid until', 'Private key']
        const none = 'There is no certificate yet. Make one: sallyport certificate create <name>'
        terminal.answer(
          found.flat().map(({ held, org }) => certificateJson(held, org)),
          rows.length === 0 ? none : table(headings, rows, terminal.style),
        )
      }),
    )
}
