import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { defaultServerOptions, salesforcePosture } from '@sallyport/server'
import { dataFolder, makeDataFolder, readOrMakeEncryptionKey } from '../data-folder.ts'
import { openDatabase } from '../database.ts'
import { WrongUsage } from '../failure.ts'
import { freePort } from '../free-port.ts'
import { jsonLog, shownLog } from '../log.ts'
import { dataOption, jsonOption, logLevelOption, readPort } from '../options.ts'
import { startServing, untilStopped } from '../serving.ts'
import type { Terminal } from '../terminal.ts'

/** `sallyport dev`: an org on this machine, for this machine alone. */
export function dev(terminal: Terminal): CommandUnknownOpts {
  return new Command('dev')
    .summary('run an org on this machine, with a demo or your org file')
    .description('Runs an org on this machine, with a demo or your org file in it, and explains every refusal.')
    .addOption(new Option('--org-file <file>', 'what the server is to hold (YAML or JSON)').env('SALLYPORT_ORG_FILE'))
    .addOption(dataOption)
    .addOption(
      new Option('--port <number>', 'the port of the login host; 0 takes one that is free')
        .env('SALLYPORT_PORT')
        .default(8787)
        .argParser(readPort),
    )
    .addOption(new Option('--host <name>', 'localhost, 127.0.0.1 or ::1').env('SALLYPORT_HOST').default('localhost'))
    .addOption(logLevelOption)
    .addOption(jsonOption)
    .action(async (options) => {
      const hosts = loopback.get(options.host)
      if (hosts === undefined) throw notLoopback(options.host)
      const folder = dataFolder(options.data)
      makeDataFolder(folder)
      const key = readOrMakeEncryptionKey(folder, process.env)
      const port = options.port === 0 ? await freePort(hosts) : options.port
      const log = terminal.wantsJson ? jsonLog(terminal, options.logLevel) : shownLog(terminal, (id) => id)
      const database = await openDatabase(folder, key, (error) => log.failed(error, 'the database'))
      const name = options.host === '::1' ? '[::1]' : options.host
      const url = `http://${name}:${port}`
      const serving = await startServing(
        database,
        {
          ...defaultServerOptions,
          mainUrl: url,
          aliases: ['localhost', '127.0.0.1', '[::1]'],
          posture: salesforcePosture,
          showsCauses: true,
        },
        { hosts, port },
        log,
      )
      const stopped = untilStopped()
      terminal.answer({ url, orgs: [], users: [], connectedApps: [], dataFolder: folder.path }, url)
      await stopped
      await serving.close()
    })
}

const loopback: ReadonlyMap<string, readonly string[]> = new Map([
  ['localhost', ['127.0.0.1', '::1']],
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['::1']],
])

function notLoopback(host: string): WrongUsage {
  return new WrongUsage(
    `${host} is not an address of this machine alone. \`sallyport dev\` shows passwords and the reason of every refusal, ` +
      'so nobody else may reach it.',
    { next: 'Leave --host out, or run `sallyport serve`, which is made to be reached by others.' },
  )
}
