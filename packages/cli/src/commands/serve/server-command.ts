import { isIP } from 'node:net'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { defaultServerOptions, type ServerOptions } from '@sallyport/server'
import { configOption, fillFromConfig } from '../../config-file.ts'
import { dataFolder } from '../../data-folder.ts'
import { dataOption, jsonOption, logLevelOption, readPort, readWhole } from '../../options.ts'
import { postures, readSetting, type Setting, settingsHelp } from './posture.ts'
import { readPublicUrl } from './public-url.ts'

const day = 86_400

/** A command with every option of a server for production: from the command line, the environment or a file. */
export function serverCommand(name: string) {
  return new Command(name)
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
      new Option('--database-replica <url>', 'a standby that streams from the database, to look tokens up in').env(
        'SALLYPORT_DATABASE_REPLICA_URL',
      ),
    )
    .addOption(
      new Option(
        '--replica-staleness <ms>',
        'what was revoked so long ago is refused; a replica that is later is not asked',
      )
        .env('SALLYPORT_REPLICA_STALENESS')
        .default(500)
        .argParser((text) => readWhole(text, 50, 60_000)),
    )
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
      new Option(
        '--signing-key-days <number>',
        'how long a key signs tokens before the next one does; 0 leaves it to you',
      )
        .env('SALLYPORT_SIGNING_KEY_DAYS')
        .default(90)
        .argParser((text) => readWhole(text, 0, 3650)),
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
    .addOption(
      new Option('--workers <number>', 'processes that answer on the same port, for machines of several processors')
        .env('SALLYPORT_WORKERS')
        .default(1)
        .argParser((text) => readWhole(text, 1, 64)),
    )
    .addOption(configOption)
    .addOption(logLevelOption)
    .addOption(jsonOption)
    .addHelpText('after', settingsHelp)
    .hook('preAction', fillFromConfig)
}

/** What the options come to, read. */
export type ReadOptions = ReturnType<ReturnType<typeof serverCommand>['opts']>

/** What a server is told by them. */
export function serverOptions(options: ReadOptions, mainUrl: string): ServerOptions {
  return {
    ...defaultServerOptions,
    mainUrl,
    posture: (options.set ?? []).reduce((posture, setting) => setting(posture), postures[options.posture]),
    trustedProxies: options.trustedProxy ?? [],
    handlers: { ...defaultServerOptions.handlers, folder: dataFolder(options.data).handlers },
    passwordCost: {
      ...defaultServerOptions.passwordCost,
      memory: options.passwordMemory,
      passes: options.passwordPasses,
    },
    signingKeyPeriod: options.signingKeyDays === 0 ? undefined : options.signingKeyDays * day,
    journalLifetime: options.journalDays * day,
    loginHistoryLifetime: options.loginHistoryDays * day,
  }
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
