import { existsSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { databasePlace } from '../../database-place.ts'
import { Failure } from '../../failure.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { copied, told } from './copied.ts'

/** `sallyport store backup`: everything in one file. */
export function storeBackup(terminal: Terminal): CommandUnknownOpts {
  return new Command('backup')
    .summary('write everything into one file')
    .description(
      'Writes everything as it is at this moment into one file, while servers run: an SQLite database, whatever kind the first ' +
        'is. What is secret in it is sealed as before, so keep the encryption key elsewhere.',
    )
    .argument('<file>', 'new; nothing is written over')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport store backup sallyport-2026-01-05.backup')
    .action(async (name, options) => {
      const file = resolve(name)
      if (existsSync(file)) throw new Failure(`There is a file ${file} already.`, { next: 'Name another one.' })
      const { folder, server } = databasePlace(options)
      if (server === undefined && !folder.hasDatabase) throw new Failure(`There is no database in ${folder.path}.`)
      // Under its name there is a whole backup, or none.
      const unfinished = `${file}.unfinished`
      rmSync(unfinished, { force: true })
      try {
        const from = server ?? { file: folder.database }
        const tables = await copied(terminal, 'Backing up', { folder, from, to: { file: unfinished } }, 'backedUp')
        renameSync(unfinished, file)
        const { json, text } = told(terminal, `Backed up to ${file}`, tables)
        terminal.answer({ file, ...json }, text)
      } finally {
        for (const rest of ['', '-wal', '-shm']) rmSync(`${unfinished}${rest}`, { force: true })
      }
    })
}
