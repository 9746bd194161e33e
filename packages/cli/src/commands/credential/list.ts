import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { ExternalCredential, NamedCredential } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { type CredentialKind, credentialJson } from './credential-kind.ts'

/** `sallyport named-credential list`, and the same of external ones: those of an org. */
export function credentialList<Credential extends NamedCredential | ExternalCredential>(
  terminal: Terminal,
  kind: CredentialKind<Credential>,
): CommandUnknownOpts {
  return new Command('list')
    .summary(`list the ${kind.noun}s`)
    .description(`Lists the ${kind.noun}s of an org by name.`)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const all = await kind.list(stores, org)
        const shown = all.map((each) => ({ Name: each.name, Label: each.settings.label, ...kind.facts(each) }))
        const [first] = shown
        const text =
          first === undefined
            ? `The org “${org.name}” has no ${kind.noun}s.`
            : table(Object.keys(first), shown.map(Object.values), terminal.style)
        terminal.answer(
          all.map((each) => credentialJson(each, org)),
          text,
        )
      }),
    )
}
