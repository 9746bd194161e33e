import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findCustomScope, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { answerDone } from '../permission-options.ts'

/** `sallyport custom-scope delete`: it is gone. */
export function customScopeDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a custom scope')
    .description(
      'Deletes a custom scope, and takes it off every app. Tokens that have it keep the word until they end.',
    )
    .argument('<name>')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((given, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCustomScope(stores, org, given)
        const { name } = found
        const question = `This deletes the custom scope “${name}” of the org “${org.name}” for good.`
        await confirmed(terminal, options.yes, question)
        await stores.customScopes.delete(found)
        answerDone(terminal, { name, org: org.name, isDeleted: true }, `Deleted the custom scope “${name}”.`)
      }),
    )
}
