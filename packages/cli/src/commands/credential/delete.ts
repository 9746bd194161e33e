import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { ExternalCredential, NamedCredential } from '@sallyport/server'
import { accepted, confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'
import { type CredentialKind, findCredential } from './credential-kind.ts'

/** `sallyport named-credential delete`, and the same of external ones: it is gone. */
export function credentialDelete<Credential extends NamedCredential | ExternalCredential>(
  terminal: Terminal,
  kind: CredentialKind<Credential>,
): CommandUnknownOpts {
  return new Command('delete')
    .summary(`delete one of the ${kind.noun}s`)
    .description(`Deletes one of the ${kind.noun}s of an org. Code that calls by it fails from then on.`)
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((given, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCredential(kind, stores, org, given)
        const { name } = found
        const question = `This deletes the ${kind.noun} “${name}” of the org “${org.name}” for good.`
        await confirmed(terminal, options.yes, question)
        const outcome = await kind.delete(stores, found)
        accepted(terminal, outcome, `The ${kind.noun} was not deleted.`, { fullName: '<name>' })
        answerDone(terminal, { name, org: org.name, isDeleted: true }, `Deleted the ${kind.noun} “${name}”.`)
      }),
    )
}
