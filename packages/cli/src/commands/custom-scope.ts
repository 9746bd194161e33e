import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { customScopeCreate } from './custom-scope/create.ts'
import { customScopeDelete } from './custom-scope/delete.ts'
import { customScopeList } from './custom-scope/list.ts'
import { customScopeUpdate } from './custom-scope/update.ts'

/** `sallyport custom-scope …` */
export function customScope(terminal: Terminal): CommandUnknownOpts {
  return new Command('custom-scope')
    .summary('administer custom scopes')
    .description(
      'Administer scopes of an org of its own making: what apps may be allowed to do elsewhere. A server that runs sees every change within a second.',
    )
    .addCommand(customScopeCreate(terminal))
    .addCommand(customScopeList(terminal))
    .addCommand(customScopeUpdate(terminal))
    .addCommand(customScopeDelete(terminal))
}
