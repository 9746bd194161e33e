import { isIP } from 'node:net'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { encryptionKeyVariable, howToMakeKey, makeDataFolder } from '../data-folder.ts'
import { openDatabase } from '../database.ts'
import { databasePlace } from '../database-place.ts'
import { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import { orgsAt } from '../org-addresses.ts'
import { type MetricsPlace, startServing, untilStopped } from '../serving.ts'
import type { Terminal } from '../terminal.ts'
import { isWorker, type ReadyAnswer, startWorkers, tellFailed, tellReady, untilToldToStop } from '../workers.ts'
import { metricsPlace, metricsTokenVariable, needed } from './serve/needed.ts'
import { type ReadOptions, serverCommand, serverOptions } from './serve/server-command.ts'

/** `sallyport serve`: the authorization server, for production. */
export function serve(terminal: Terminal): CommandUnknownOpts {
  return serverCommand('serve')
    .summary('run the authorization server, for production')
    .description(
      'Runs the authorization server, for production: strict where Salesforce is not, no demo, nothing made by itself, ' +
        `and no word to callers of why. Needs a public URL, and the encryption key in ${encryptionKeyVariable}.`,
    )
    .addHelpText(
      'after',
      `\nMetrics can also be read at /metrics of the login host, by who shows the bearer token in ${metricsTokenVariable}.\n` +
        `\nExample:\n  export ${encryptionKeyVariable}="$(${howToMakeKey})"   # keep it: nothing opens without it\n` +
        '  sallyport org create Acme\n' +
        '  sallyport user create ada@acme.example --last-name Lovelace --profile "System Administrator"\n' +
        '  sallyport check --public-url https://login.acme.example\n' +
        '  sallyport serve --public-url https://login.acme.example',
    )
    .action(async (options) => {
      const { jsonLog } = await import('../json-log.ts')
      const log = jsonLog(terminal, options.logLevel)
      const metrics = metricsPlace(options, process.env)
      if (isWorker) return serveForAnother(options, log, metrics)
      if (options.workers > 1) return serveByWorkers(options, terminal, log, metrics)
      await serveHere(options, log, metrics, {
        onReady: ({ value, text }) => terminal.answer(value, `${terminal.style.green('✓')} ${text}`),
        untilStopped,
      })
    })
}

interface Surroundings {
  readonly onReady: (answer: ReadyAnswer) => void
  /** Resolves with the signal by which it is told to stop. */
  readonly untilStopped: () => Promise<NodeJS.Signals>
}

/** A server in this process, until it is told to stop. */
async function serveHere(
  options: ReadOptions,
  log: Log,
  metrics: MetricsPlace | undefined,
  { onReady, untilStopped }: Surroundings,
): Promise<void> {
  const place = databasePlace(options)
  const { folder, server } = place
  const { mainUrl, key } = needed(options.publicUrl, folder, process.env)
  if (server === undefined) makeDataFolder(folder)
  const database = await openDatabase(place, key, (error) => log.failed(error, 'the database'))
  try {
    const listen = { hosts: [options.host], port: options.port, ...(metrics === undefined ? {} : { metrics }) }
    const serving = await startServing(database, serverOptions(options, mainUrl), listen, log)
    const stopped = untilStopped()
    const orgs = await orgsAt(mainUrl, [], database.stores)
    const listening = `${isIP(options.host) === 6 ? `[${options.host}]` : options.host}:${serving.port}`
    onReady({
      value: {
        url: mainUrl,
        orgs,
        listening: { host: options.host, port: serving.port },
        metricsPort: serving.metricsPort,
        ...(server === undefined ? { dataFolder: folder.path } : {}),
      },
      text: `Sallyport answers at ${mainUrl} (listening on ${listening}).`,
    })
    if (orgs.length === 0) log.said('there is no org yet: make one by `sallyport org create <name>`')
    const signal = await stopped
    log.said('stopping', { signal })
    // Who presses Ctrl-C has no balancer that must be told first.
    await serving.close(signal === 'SIGTERM' ? options.drainSeconds : 0)
  } finally {
    await database.stores.close()
  }
}

/** One of several workers. The metrics of all of them are given by the process that started it. */
async function serveForAnother(options: ReadOptions, log: Log, metrics: MetricsPlace | undefined): Promise<void> {
  const counted: MetricsPlace | undefined = metrics === undefined ? undefined : { ...metrics, port: undefined }
  try {
    await serveHere(options, log, counted, { onReady: tellReady, untilStopped: untilToldToStop })
  } catch (error) {
    tellFailed(error instanceof Failure ? error : { message: String(error), next: undefined })
  }
  process.disconnect()
}

/** Several workers, until they are told to stop. */
async function serveByWorkers(
  options: ReadOptions,
  terminal: Terminal,
  log: Log,
  metrics: MetricsPlace | undefined,
): Promise<void> {
  // What would stop each of them is said once.
  needed(options.publicUrl, databasePlace(options).folder, process.env)
  const stopped = untilStopped()
  const workers = await startWorkers(options.workers, log, metrics)
  const { value, text } = workers.ready
  terminal.answer(
    { ...value, metricsPort: workers.metricsPort, workers: options.workers },
    `${terminal.style.green('✓')} ${text} By ${options.workers} workers.`,
  )
  const signal = await Promise.race([stopped, workers.failed])
  log.said('stopping', { signal })
  await workers.stop(signal)
}
