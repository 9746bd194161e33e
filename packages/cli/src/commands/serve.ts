import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { defaultServerOptions } from '@sallyport/server'
import { configOption, fillFromConfig } from '../config-file.ts'
import {
  type DataFolder,
  encryptionKeyVariable,
  howToMakeKey,
  keyFile,
  makeDataFolder,
  namesEncryptionKey,
  readEncryptionKey,
} from '../data-folder.ts'
import { openDatabase } from '../database.ts'
import { databasePlace } from '../database-place.ts'
import { WrongUsage } from '../failure.ts'
import { jsonLog } from '../log.ts'
import { dataOption, jsonOption, logLevelOption, readPort, readWhole } from '../options.ts'
import { orgsAt } from '../org-addresses.ts'
import { startServing, untilStopped } from '../serving.ts'
import type { Terminal } from '../terminal.ts'
import { postures, readSetting, type Setting, settingsHelp } from './serve/posture.ts'
import { readPublicUrl } from './serve/public-url.ts'

const day = 86_400
const metricsTokenVariable = 'SALLYPORT_METRICS_TOKEN'

/** `sallyport serve`: the authorization server, for production. */
export function serve(terminal: Terminal): CommandUnknownOpts {
  return new Command('serve')
    .summary('run the authorization server, for production')
    .description(
      'Runs the authorization server, for production: strict where Salesforce is not, no demo, nothing made by itself, ' +
        `and no word to callers of why. Needs a public URL, and the encryption key in ${encryptionKeyVariable}.`,
    )
    .addOption(
      new Option('--public-url <url>', 'as callers reach it; every URL it hands out begins so')
        .env('SALLYPORT_PUBLIC_URL')
        .argParser(readPublicUrl),
    )
    .addOption(new Option('--host <address>', 'what to listen on').env('SALLYPORT_HOST').default('127.0.0.1'))
    .addOption(
      new Option('--port <number>', 'what to listen on').env('SALLYPORT_PORT').default(8787).argParser(readPort),
    )
    .addOption(dataOption)
    .addOption(
      new Option('--posture <name>', 'where Salesforce and a strict reading of the RFCs differ')
        .env('SALLYPORT_POSTURE')
        .choices(['strict', 'salesforce'] as const)
        .default('strict' as const),
    )
    .addOption(
      new Option('--set <name=value...>', 'differ from the posture in one thing; see below')
        .env('SALLYPORT_SET')
        .argParser(readSettings),
    )
    .addOption(
      new Option('--trusted-proxy <address...>', 'whose X-Forwarded-For is believed')
        .env('SALLYPORT_TRUSTED_PROXY')
        .argParser(readAddresses),
    )
    .addOption(
      new Option('--password-memory <KiB>', 'argon2id memory for one password')
        .env('SALLYPORT_PASSWORD_MEMORY')
        .default(defaultServerOptions.passwordCost.memory)
        .argParser((text) => readWhole(text, 8192, 262_144)),
    )
    .addOption(
      new Option('--password-passes <number>', 'argon2id passes for one password')
        .env('SALLYPORT_PASSWORD_PASSES')
        .default(defaultServerOptions.passwordCost.passes)
        .argParser((text) => readWhole(text, 1, 20)),
    )
    .addOption(
      new Option('--journal-days <number>', 'how long requests are kept, for diagnose')
        .env('SALLYPORT_JOURNAL_DAYS')
        .default(defaultServerOptions.journalLifetime / day)
        .argParser((text) => readWhole(text, 1, 3650)),
    )
    .addOption(
      new Option('--login-history-days <number>', 'how long sign-ins are kept')
        .env('SALLYPORT_LOGIN_HISTORY_DAYS')
        .default(defaultServerOptions.loginHistoryLifetime / day)
        .argParser((text) => readWhole(text, 1, 3650)),
    )
    .addOption(
      new Option('--metrics-port <number>', 'give metrics to Prometheus on this port, at /metrics')
        .env('SALLYPORT_METRICS_PORT')
        .argParser(readPort),
    )
    .addOption(
      new Option('--metrics-host <address>', 'what the port of the metrics listens on')
        .env('SALLYPORT_METRICS_HOST')
        .default('127.0.0.1'),
    )
    .addOption(
      new Option('--drain-seconds <number>', 'on SIGTERM, answer for so long after /health/ready has turned red')
        .env('SALLYPORT_DRAIN_SECONDS')
        .default(5)
        .argParser((text) => readWhole(text, 0, 3600)),
    )
    .addOption(configOption)
    .addOption(logLevelOption)
    .addOption(jsonOption)
    .addHelpText('after', settingsHelp)
    .addHelpText(
      'after',
      `\nMetrics can also be read at /metrics of the login host, by who shows the bearer token in ${metricsTokenVariable}.\n` +
        `\nExample:\n  export ${encryptionKeyVariable}="$(${howToMakeKey})"   # keep it: nothing opens without it\n` +
        '  sallyport org create Acme\n' +
        '  sallyport user create ada@acme.example --last-name Lovelace --profile "System Administrator"\n' +
        '  sallyport serve --public-url https://login.acme.example',
    )
    .hook('preAction', fillFromConfig)
    .action(async (options) => {
      const place = databasePlace(options)
      const { folder, server } = place
      const { mainUrl, key } = needed(options.publicUrl, folder)
      if (server === undefined) makeDataFolder(folder)
      const log = jsonLog(terminal, options.logLevel)
      const database = await openDatabase(place, key, (error) => log.failed(error, 'the database'))
      try {
        const serving = await startServing(
          database,
          {
            ...defaultServerOptions,
            mainUrl,
            posture: (options.set ?? []).reduce((posture, setting) => setting(posture), postures[options.posture]),
            trustedProxies: options.trustedProxy ?? [],
            passwordCost: {
              ...defaultServerOptions.passwordCost,
              memory: options.passwordMemory,
              passes: options.passwordPasses,
            },
            journalLifetime: options.journalDays * day,
            loginHistoryLifetime: options.loginHistoryDays * day,
          },
          { hosts: [options.host], port: options.port, ...metricsPlace(options) },
          log,
        )
        const stopped = untilStopped()
        const kept = server === undefined ? { dataFolder: folder.path } : {}
        const orgs = await orgsAt(mainUrl, [], database.stores)
        const listening = `${isIP(options.host) === 6 ? `[${options.host}]` : options.host}:${serving.port}`
        terminal.answer(
          {
            url: mainUrl,
            orgs,
            listening: { host: options.host, port: serving.port },
            metricsPort: serving.metricsPort,
            ...kept,
          },
          `${terminal.style.green('✓')} Sallyport answers at ${mainUrl} (listening on ${listening}).`,
        )
        if (orgs.length === 0) log.said('there is no org yet: make one by `sallyport org create <name>`')
        const signal = await stopped
        log.said('stopping', { signal })
        // Who presses Ctrl-C has no balancer that must be told first.
        await serving.close(signal === 'SIGTERM' ? options.drainSeconds : 0)
      } finally {
        await database.stores.close()
      }
    })
}

/** Where metrics are to be read, if anywhere. */
function metricsPlace(options: { readonly metricsPort?: number | undefined; readonly metricsHost: string }) {
  const token = process.env[metricsTokenVariable]
  const isWanted = options.metricsPort !== undefined || (token ?? '') !== ''
  if (!isWanted) return {}
  if (token !== undefined && token.length < 16) {
    throw new WrongUsage(`${metricsTokenVariable} is too short: use 16 characters or more.`, {
      next: `A good one is made by: ${howToMakeKey}`,
    })
  }
  return { metrics: { host: options.metricsHost, port: options.metricsPort, token } }
}

/** What the server cannot do without. @throws {WrongUsage} that says which is missing, and how it is had */
function needed(publicUrl: string | undefined, folder: DataFolder): { readonly mainUrl: string; readonly key: Buffer } {
  const hasKey = namesEncryptionKey(process.env)
  if (publicUrl !== undefined && hasKey) return { mainUrl: publicUrl, key: readEncryptionKey(folder, process.env) }
  const problems: string[] = []
  if (publicUrl === undefined) {
    problems.push('The public URL is missing: give --public-url https://… or set SALLYPORT_PUBLIC_URL.')
  }
  if (!hasKey) {
    const kept = keyFile(folder)
    const how = existsSync(kept)
      ? `The database was made with the one in ${kept}: export ${encryptionKeyVariable}="$(cat ${kept})"`
      : `Make one, and keep it: export ${encryptionKeyVariable}="$(${howToMakeKey})"`
    problems.push(`The encryption key is missing: the environment variable ${encryptionKeyVariable} is not set. ${how}`)
  }
  throw new WrongUsage('The server cannot start.', { problems })
}

function readSettings(text: string, before: readonly Setting[] = []): readonly Setting[] {
  return [...before, ...text.split(',').map(readSetting)]
}

function readAddresses(text: string, before: readonly string[] = []): readonly string[] {
  const addresses = text.split(',').map((address) => address.trim())
  const stranger = addresses.find((address) => isIP(address) === 0)
  if (stranger !== undefined) throw new InvalidArgumentError(`“${stranger}” is no IP address.`)
  return [...before, ...addresses]
}
