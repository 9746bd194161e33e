import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { storeRekey } from './store/rekey.ts'

/** `sallyport store …` */
export function store(terminal: Terminal): CommandUnknownOpts {
  return new Command('store')
    .summary('look after the database')
    .description('Looks after the database as a whole, also while servers run on it.')
    .addCommand(storeRekey(terminal))
}
