import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { handlerCreate } from './token-exchange-handler/create.ts'
import { handlerDelete } from './token-exchange-handler/delete.ts'
import { handlerList } from './token-exchange-handler/list.ts'
import { handlerShow } from './token-exchange-handler/show.ts'
import { handlerUpdate } from './token-exchange-handler/update.ts'

/** `sallyport token-exchange-handler …` */
export function tokenExchangeHandler(terminal: Terminal): CommandUnknownOpts {
  return new Command('token-exchange-handler')
    .summary('administer who decides about tokens of other issuers')
    .description(
      'Administer the token exchange handlers of an org: for which apps they go, and as whom they act. What they do is a ' +
        'module in the folder `handlers` of the data folder, loaded anew whenever it changes.',
    )
    .addCommand(handlerCreate(terminal))
    .addCommand(handlerUpdate(terminal))
    .addCommand(handlerList(terminal))
    .addCommand(handlerShow(terminal))
    .addCommand(handlerDelete(terminal))
}
