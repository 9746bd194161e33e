import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { makeDataFolder } from '../../data-folder.ts'
import { databasePlace } from '../../database-place.ts'
import { Failure } from '../../failure.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { copied, told } from './copied.ts'

/** `sallyport store restore`: from a file that `store backup` wrote. */
export function storeRestore(terminal: Terminal): CommandUnknownOpts {
  return new Command('restore')
    .summary('read everything back from a backup')
    .description(
      'Reads a file that `sallyport store backup` wrote, of this version or an older one, into an empty database: a data folder ' +
        'without one, or an empty one on PostgreSQL.',
    )
    .argument('<file>', 'the backup; it stays as it is')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport store restore sallyport-2026-01-05.backup --data .sallyport-restored',
    )
    .action(async (name, options) => {
      const file = resolve(name)
      if (!existsSync(file)) throw new Failure(`There is no file ${file}.`)
      const { folder, server } = databasePlace(options)
      if (server === undefined) makeDataFolder(folder)
      // An older backup is brought to this version first: a copy of it is.
      const workplace = mkdtempSync(join(tmpdir(), 'sallyport-restore-'))
      try {
        const copy = join(workplace, 'backup')
        copyFileSync(file, copy)
        const to = server ?? { file: folder.database }
        const tables = await copied(terminal, 'Restoring', { folder, from: { file: copy }, to })
        const { json, text } = told(terminal, `Restored ${file}`, tables)
        terminal.answer({ file, ...json }, text)
      } finally {
        rmSync(workplace, { recursive: true })
      }
    })
}
