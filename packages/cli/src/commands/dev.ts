import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { canonicalUsername, defaultServerOptions, ensureSigningKey, salesforcePosture } from '@sallyport/server'
import { dataFolder, makeDataFolder, readOrMakeEncryptionKey } from '../data-folder.ts'
import { type Database, openDatabase } from '../database.ts'
import { entered } from '../entered.ts'
import { WrongUsage } from '../failure.ts'
import { freePort } from '../free-port.ts'
import { shownLog } from '../log.ts'
import { dataOption, jsonOption, logLevelOption, readPort } from '../options.ts'
import { startServing, untilStopped } from '../serving.ts'
import type { Terminal } from '../terminal.ts'
import { demoPorts, type KeptDemo, keptDemo } from './dev/kept-demo.ts'
import { ownCertificate } from './dev/own-certificate.ts'
import { type KnownPassword, readyWith } from './dev/ready.ts'
import { screenText } from './dev/screen.ts'
import { writeLauncher, writeTryFiles } from './dev/try-files.ts'
import { walkthroughOffer } from './dev/walkthrough-offer.ts'

/** `sallyport dev`: an org on this machine, for this machine alone. */
export function dev(terminal: Terminal): CommandUnknownOpts {
  return new Command('dev')
    .summary('run an org on this machine, with a demo or your org file')
    .description(
      'Runs an org on this machine, for this machine alone: with a demo, or what your org file says. Explains every refusal.',
    )
    .addOption(new Option('--org-file <file>', 'what it is to hold (YAML or JSON)').env('SALLYPORT_ORG_FILE'))
    .addOption(dataOption)
    .addOption(
      new Option('--port <number>', 'the port of the login host; 0 takes one that is free')
        .env('SALLYPORT_PORT')
        .default(8787)
        .argParser(readPort),
    )
    .addOption(new Option('--host <name>', 'localhost, 127.0.0.1 or ::1').env('SALLYPORT_HOST').default('localhost'))
    .addOption(
      new Option('--tls', 'speak https, with a certificate made for this machine alone')
        .env('SALLYPORT_TLS')
        .default(false),
    )
    .addOption(logLevelOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport dev\n  sallyport dev --tls\n  sallyport dev --org-file acme.yaml --data .sallyport-acme',
    )
    .action(async (options) => {
      const hosts = loopback.get(options.host)
      if (hosts === undefined) throw notLoopback(options.host)
      const folder = dataFolder(options.data)
      makeDataFolder(folder)
      const key = readOrMakeEncryptionKey(folder, process.env)
      const launcher = writeLauncher(folder)
      const log = terminal.wantsJson
        ? (await import('../json-log.ts')).jsonLog(terminal, options.logLevel)
        : shownLog(terminal, (requestId) => `${launcher} diagnose ${requestId}`)
      const port = options.port === 0 ? await freePort(hosts, demoPorts) : options.port
      const tls = options.tls ? await ownCertificate(folder, new Date()) : undefined
      const url = `${tls === undefined ? 'http' : 'https'}://${options.host === '::1' ? '[::1]' : options.host}:${port}`
      const database = await openDatabase({ folder }, key, (error) => log.failed(error, 'the database'), passwordCost)
      try {
        const [{ demo, passwords, applied }] = await Promise.all([
          filled(database, options.orgFile, { url, port }, terminal),
          // Made while the demo makes its own keys: of a first start nothing takes longer.
          ensureSigningKey(database.stores.signingKeys, database.seal, database.now),
        ])
        const serving = await startServing(
          database,
          {
            ...defaultServerOptions,
            mainUrl: url,
            aliases,
            posture: salesforcePosture,
            showsCauses: true,
            handlers: { ...defaultServerOptions.handlers, folder: folder.handlers },
            passwordCost,
            walkthrough: await walkthroughOffer(database, demo, passwords),
            demoUsers: (demo?.users ?? []).map(({ username, password, about: note }) => ({ username, password, note })),
          },
          { hosts, port, tls },
          log,
        )
        const stopped = untilStopped()
        const lines = demo === undefined ? {} : await writeTryFiles(database, demo, url, launcher)
        const ready = {
          ...(await readyWith(database, { url, aliases }, passwords, lines)),
          ...entered({ applied, certificateFile: tls?.file }),
        }
        const seconds = performance.now() / 1000
        terminal.answer(ready, screenText({ ready, launcher, seconds, applied }, terminal.style))
        await stopped
        await serving.close(0)
      } finally {
        await database.stores.close()
      }
    })
}

// Passwords of the demo lie in the clear beside the database: dearer hashes would protect nothing and slow the start.
const passwordCost = { memory: 8192, passes: 1, parallelism: 1 }
const aliases = ['localhost', '127.0.0.1', '[::1]']
const loopback: ReadonlyMap<string, readonly string[]> = new Map([
  ['localhost', ['127.0.0.1', '::1']],
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['::1']],
])

function notLoopback(host: string): WrongUsage {
  return new WrongUsage(
    `${host} is not an address of this machine alone. \`sallyport dev\` shows passwords, and tells every caller why it was ` +
      'refused, so nobody else may reach it.',
    { next: 'Leave --host out, or run `sallyport serve`, which is made to be reached by others.' },
  )
}

/** What is in the database now, as far as the database itself does not tell. */
interface Contents {
  readonly demo: KeptDemo | undefined
  readonly passwords: readonly KnownPassword[]
  /** What an org file changed, in words. */
  readonly applied: string | undefined
}

/** Fills the database with what the org file says; without one, and with nothing in it yet, with the demo. */
async function filled(
  database: Database,
  orgFile: string | undefined,
  place: { readonly url: string; readonly port: number },
  terminal: Terminal,
): Promise<Contents> {
  if (orgFile === undefined) {
    const demo = await keptDemo(database, place, terminal)
    const passwords = (demo?.users ?? []).map(({ username, password, about: note }) => ({ username, password, note }))
    return { demo, passwords, applied: undefined }
  }
  // Loaded where it is used: what an org file may hold takes longer to load than most else.
  const { applyFile, changesText } = await import('../apply-org-file.ts')
  const { file, changes } = await applyFile(database, orgFile, { allowsPasswords: true }, terminal)
  const passwords = file.orgs
    .flatMap((org) => org.users)
    .flatMap(({ entry: { username, password } }) =>
      password === undefined ? [] : [{ username: canonicalUsername(username), password }],
    )
  return { demo: undefined, passwords, applied: `Applied ${orgFile}: ${changesText(changes)}.` }
}
