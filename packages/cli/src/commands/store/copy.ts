import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { isPostgresUrl } from '@sallyport/server'
import { dataFolder, makeDataFolder } from '../../data-folder.ts'
import { databasePlace } from '../../database-place.ts'
import { Failure } from '../../failure.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { copied, told } from './copied.ts'

/** `sallyport store copy`: to another database, of the same kind or not. */
export function storeCopy(terminal: Terminal): CommandUnknownOpts {
  return new Command('copy')
    .summary('copy everything to another database')
    .description(
      'Copies everything from the database (--data, or --database) to another one that is empty: from SQLite to PostgreSQL, ' +
        'or back. Servers may run on the first meanwhile; what they write after the beginning is not in the copy.',
    )
    .addOption(
      new Option('--to <place>', 'a data folder, or postgres://… of an empty database')
        .env('SALLYPORT_COPY_TO')
        .makeOptionMandatory(),
    )
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nStop the servers first where nothing may be lost between. Both databases are under the same encryption key.\n' +
        '\nExamples:\n  sallyport store copy --data .sallyport --to postgres://sallyport@db.example/sallyport\n' +
        '  sallyport store copy --database postgres://sallyport@db.example/sallyport --to .sallyport-copy',
    )
    .action(async (options) => {
      const { folder, server } = databasePlace(options)
      if (server === undefined && !folder.hasDatabase) throw new Failure(`There is no database in ${folder.path}.`)
      const from = server ?? { file: folder.database }
      const tables = await copied(terminal, 'Copying', { folder, from, to: target(options.to) }, 'copied')
      const { json, text } = told(terminal, 'Copied', tables)
      terminal.answer(json, text)
    })
}

function target(to: string) {
  if (isPostgresUrl(to)) return { url: to }
  const folder = dataFolder(to)
  makeDataFolder(folder)
  return { file: folder.database }
}
