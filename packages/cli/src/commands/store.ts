import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { storeBackup } from './store/backup.ts'
import { storeCopy } from './store/copy.ts'
import { storeRekey } from './store/rekey.ts'
import { storeRestore } from './store/restore.ts'

/** `sallyport store …` */
export function store(terminal: Terminal): CommandUnknownOpts {
  return new Command('store')
    .summary('look after the database')
    .description('Looks after the database as a whole, also while servers run on it.')
    .addCommand(storeCopy(terminal))
    .addCommand(storeBackup(terminal))
    .addCommand(storeRestore(terminal))
    .addCommand(storeRekey(terminal))
}
