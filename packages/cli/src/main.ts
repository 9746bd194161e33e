import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { z } from 'zod'
import { databaseOptions } from './database-place.ts'
import { WrongUsage } from './failure.ts'
import { version } from './package-folder.ts'
import { type Terminal, terminal } from './terminal.ts'

/** The program: reads the command line, runs the command it names, and sets the exit code. */
export async function main(): Promise<void> {
  // Most schemas are used a few times: to compile one takes longer than that saves.
  z.config({ jitless: true })
  // Whoever reads no further, such as `head`, has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? 0)
  })
  const words = process.argv.slice(2)
  const shown = terminal({ wantsJson: words.includes('--json') })
  process.exitCode = await run(words, shown)
}

async function run(words: readonly string[], shown: Terminal): Promise<0 | 1 | 2> {
  try {
    const sallyport = await program(words, shown)
    await sallyport.parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) return shown.fail(error)
    // What is left is help: asked for, or shown to who named no command.
    return error.exitCode === 0 ? 0 : 2
  }
}

// Each command is loaded when it is named: what all of them need together takes longer to load than most take to run.
const commands: Readonly<Record<string, () => Promise<(shown: Terminal) => CommandUnknownOpts>>> = {
  dev: async () => (await import('./commands/dev.ts')).dev,
  serve: async () => (await import('./commands/serve.ts')).serve,
  org: async () => (await import('./commands/org.ts')).org,
  user: async () => (await import('./commands/user.ts')).user,
  profile: async () => (await import('./commands/profile.ts')).profile,
  'permission-set': async () => (await import('./commands/permission-set.ts')).permissionSet,
  'custom-permission': async () => (await import('./commands/custom-permission.ts')).customPermission,
  'custom-scope': async () => (await import('./commands/custom-scope.ts')).customScope,
  app: async () => (await import('./commands/app.ts')).app,
  'named-credential': async () => (await import('./commands/credential.ts')).namedCredential,
  'external-credential': async () => (await import('./commands/credential.ts')).externalCredential,
  certificate: async () => (await import('./commands/certificate.ts')).certificate,
  check: async () => (await import('./commands/check.ts')).check,
  store: async () => (await import('./commands/store.ts')).store,
  'sso-settings': async () => (await import('./commands/sso-settings.ts')).ssoSettings,
  'identity-provider': async () => (await import('./commands/identity-provider.ts')).identityProvider,
  'auth-provider': async () => (await import('./commands/auth-provider.ts')).authProvider,
  'token-exchange-handler': async () => (await import('./commands/token-exchange-handler.ts')).tokenExchangeHandler,
  release: async () => (await import('./commands/release.ts')).release,
  'check-release': async () => (await import('./commands/check-release.ts')).checkReleaseCommand,
  keystore: async () => (await import('./commands/keystore.ts')).keystore,
  login: async () => (await import('./commands/login.ts')).login,
  token: async () => (await import('./commands/token.ts')).token,
  call: async () => (await import('./commands/call.ts')).call,
  open: async () => (await import('./commands/open.ts')).open,
  session: async () => (await import('./commands/session.ts')).session,
  'login-history': async () => (await import('./commands/login-history.ts')).loginHistory,
  'audit-trail': async () => (await import('./commands/audit-trail.ts')).auditTrail,
  journal: async () => (await import('./commands/journal.ts')).journal,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnose,
  walkthrough: async () => (await import('./commands/walkthrough.ts')).walkthrough,
}

/** The program with the command that is named; with every command there is, where none of them is. */
async function program(words: readonly string[], shown: Terminal): Promise<CommandUnknownOpts> {
  const named = words.find((word) => !word.startsWith('-'))
  const load = named !== undefined && Object.hasOwn(commands, named) ? commands[named] : undefined
  const isOnlyVersion = named === undefined && words.includes('--version')
  const wanted = load !== undefined ? [load] : isOnlyVersion ? [] : Object.values(commands)
  const sallyport = new Command('sallyport')
    .description("Salesforce's way of authorizing: run an org, administer it, and explain its refusals.")
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', '\nEach command explains itself: sallyport app create --help')
  for (const command of await Promise.all(wanted.map((one) => one()))) sallyport.addCommand(command(shown))
  settle(sallyport, '', shown)
  return sallyport
}

// They keep more than a database in the data folder.
const onFolderOnly: ReadonlySet<string> = new Set(['sallyport dev', 'sallyport walkthrough'])

/** What holds for every command: where the database may be, who prints, and that a mistake is a failure like any other. */
function settle(command: CommandUnknownOpts, parents: string, shown: Terminal): void {
  const path = `${parents}${command.name()}`
  const isOnDatabase = command.options.some(({ long }) => long === '--data') && !onFolderOnly.has(path)
  if (isOnDatabase) for (const option of databaseOptions()) command.addOption(option)
  command
    .helpOption('--help', 'explain this command')
    .configureOutput({ writeOut: shown.write, writeErr: shown.log, outputError: () => {} })
    .exitOverride((error) => {
      if (error.exitCode === 0 || error.code === 'commander.help') throw error
      throw new WrongUsage(sentence(error.message), { next: `See how it is written: ${path} --help` })
    })
  for (const child of command.commands) settle(child, `${path} `, shown)
}

/** `error: unknown option '--x'` as a sentence. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`
}
