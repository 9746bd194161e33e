import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { app } from './commands/app.ts'
import { auditTrail } from './commands/audit-trail.ts'
import { call } from './commands/call.ts'
import { certificate } from './commands/certificate.ts'
import { dev } from './commands/dev.ts'
import { diagnose } from './commands/diagnose.ts'
import { journal } from './commands/journal.ts'
import { keystore } from './commands/keystore.ts'
import { login } from './commands/login.ts'
import { loginHistory } from './commands/login-history.ts'
import { org } from './commands/org.ts'
import { permissionSet } from './commands/permission-set.ts'
import { profile } from './commands/profile.ts'
import { serve } from './commands/serve.ts'
import { session } from './commands/session.ts'
import { token } from './commands/token.ts'
import { user } from './commands/user.ts'
import { walkthrough } from './commands/walkthrough.ts'
import { WrongUsage } from './failure.ts'
import { version } from './package-folder.ts'
import { type Terminal, terminal } from './terminal.ts'

/** The program: reads the command line, runs the command it names, and sets the exit code. */
export async function main(): Promise<void> {
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
    await program(shown).parseAsync(words, { from: 'user' })
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) return shown.fail(error)
    // What is left is help: asked for, or shown to who named no command.
    return error.exitCode === 0 ? 0 : 2
  }
}

/** Every command there is. */
function program(shown: Terminal): CommandUnknownOpts {
  const sallyport = new Command('sallyport')
    .description("Salesforce's way of authorizing: run an org, administer it, and explain its refusals.")
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'explain a command')
    .helpCommand(false)
    .addCommand(dev(shown))
    .addCommand(serve(shown))
    .addCommand(org(shown))
    .addCommand(user(shown))
    .addCommand(profile(shown))
    .addCommand(permissionSet(shown))
    .addCommand(app(shown))
    .addCommand(certificate(shown))
    .addCommand(keystore(shown))
    .addCommand(login(shown))
    .addCommand(token(shown))
    .addCommand(call(shown))
    .addCommand(session(shown))
    .addCommand(loginHistory(shown))
    .addCommand(auditTrail(shown))
    .addCommand(journal(shown))
    .addCommand(diagnose(shown))
    .addCommand(walkthrough(shown))
    .addHelpText('after', '\nEach command explains itself: sallyport app create --help')
  settle(sallyport, '', shown)
  return sallyport
}

/** What holds for every command: who prints, and that a mistake is a failure like any other. */
function settle(command: CommandUnknownOpts, parents: string, shown: Terminal): void {
  const path = `${parents}${command.name()}`
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
