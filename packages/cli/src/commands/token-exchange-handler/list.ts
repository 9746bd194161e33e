import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table, yesNo } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { handlerJson, shownHandler } from './shown-handler.ts'

/** `sallyport token-exchange-handler list`: the handlers of one org, or of all. */
export function handlerList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the token exchange handlers')
    .description('Lists the token exchange handlers of one org, or of all.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const found = await Promise.all(
          orgs.map(async (org) =>
            Promise.all(
              (await stores.tokenExchangeHandlers.list(org.id)).map((handler) => shownHandler(stores, org, handler)),
            ),
          ),
        )
        const shown = found.flat()
        const rows = shown.map(({ handler, org, enablements }) => [
          handler.developerName,
          org,
          handler.tokenHandlerApex,
          enablements.map(({ connectedApp }) => connectedApp).join(', ') || '–',
          yesNo(handler.isEnabled),
        ])
        const none = 'There is no token exchange handler yet. Make one: sallyport token-exchange-handler create <name>'
        terminal.answer(
          shown.map(handlerJson),
          rows.length === 0 ? none : table(['Name', 'Org', 'Module', 'Apps', 'On'], rows, terminal.style),
        )
      }),
    )
}
