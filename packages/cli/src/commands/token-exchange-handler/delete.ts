import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { confirmed } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { findHandler, findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption, yesOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { shownHandler } from './shown-handler.ts'

/** `sallyport token-exchange-handler delete`: its apps can no longer exchange tokens by it. */
export function handlerDelete(terminal: Terminal): CommandUnknownOpts {
  return new Command('delete')
    .summary('delete a token exchange handler')
    .description('Deletes a token exchange handler. The file with its code stays.')
    .argument('<name>', 'API name')
    .addOption(yesOption)
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const handler = await findHandler(stores, org, name)
        const { enablements } = await shownHandler(stores, org, handler)
        const apps = enablements.map(({ connectedApp }) => connectedApp).join(', ')
        await confirmed(
          terminal,
          options.yes,
          `This deletes the token exchange handler ${handler.developerName} of the org “${org.name}”: ` +
            (apps === '' ? 'no app uses it.' : `these apps exchange tokens by it: ${apps}.`),
        )
        await stores.tokenExchangeHandlers.delete(handler)
        terminal.answer(
          { developerName: handler.developerName, org: org.name, isDeleted: true },
          `${terminal.style.green('✓')} Deleted the token exchange handler ${handler.developerName}.`,
        )
      }),
    )
}
