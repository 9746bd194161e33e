import { type ChildProcess, type ChildProcessWithoutNullStreams, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Command, Outcome } from './one-process.ts'

/** The program as it is built and installed. */
export const program = fileURLToPath(new URL('../bin/sallyport.js', import.meta.url))

/** What a command came to. */
export interface Finished extends Outcome {
  /** Standard output, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test spells out what it expects of the answer
  readonly json: any
}

/** What a command is started with besides its words. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Standard input. */
  readonly input?: string
  /** Where the program is, if not where it was built. */
  readonly program?: string
  /** Options for Node.js itself. */
  readonly nodeOptions?: readonly string[]
}

/** A folder of a test's own, gone with it. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * Runs a command of the program to its end, also a server that is refused its start: in a process that was other commands before
 * (`one-process.ts`), unless it is another copy of the program, starts more processes as itself, or wants Node.js to be started in
 * its way.
 */
export async function run(words: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  const { env, cwd = process.cwd(), input = '', program: other, nodeOptions } = surroundings
  const isAlone = !words.includes('--workers') && other === undefined && nodeOptions === undefined
  if (!isAlone) return finished(start(words, surroundings))
  const outcome = former.then(() => next({ words: [...words], env: environment(env), cwd, input }))
  former = outcome.catch(() => undefined)
  return withJson(await outcome)
}

// A process has one working directory and one environment, so one command runs at a time.
let former: Promise<unknown> = Promise.resolve()
let standing: ChildProcess | undefined

async function next(command: Command): Promise<Outcome> {
  standing ??= fork(fileURLToPath(new URL('one-process.ts', import.meta.url)), { execArgv: [] })
  const child = standing
  const listening = new AbortController()
  child.send(command)
  const heard = (event: string) => once(child, event, { signal: listening.signal })
  const [answer] = await Promise.race([heard('message'), heard('exit')])
  listening.abort()
  if (typeof answer === 'object') return answer
  standing = undefined
  throw new Error(`The process ended, with ${answer}, at: sallyport ${command.words.join(' ')}`)
}

/** Runs a line in a shell, as if it had been pasted there. */
export function paste(line: string, cwd: string): Promise<Finished> {
  return finished(spawn('/bin/sh', ['-c', line], { cwd, stdio: 'pipe' }))
}

/** A server that was started by the program, and is ready. */
export interface RunningServer extends AsyncDisposable {
  /** The line of JSON that it printed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test spells out what it expects of the answer
  readonly ready: any
  readonly process: ChildProcessWithoutNullStreams
  /** What it has logged so far. */
  log(): string
  /** Ends it as a person does; answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `dev` or `serve` and waits for its line. @throws {Error} with what it said when it ends instead */
export async function startServer(words: readonly string[], surroundings: Surroundings = {}): Promise<RunningServer> {
  const child = start([...words, '--json'], surroundings)
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const line = await new Promise<string>((resolve, reject) => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      if (printed.includes('\n')) resolve(printed)
    })
    ended.then((status) => reject(new Error(`It ended with ${status}: ${log}`)))
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return {
    ready: JSON.parse(line),
    process: child,
    log: () => log,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await stop('SIGKILL')
    },
  }
}

/** Runs a server as people do until it has printed something; answers all it has printed by then. */
export async function printedUntil(words: readonly string[], last: string): Promise<string> {
  const child = start(words, {})
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let printed = ''
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
      if (printed.includes(last)) resolve()
    })
  })
  child.kill('SIGTERM')
  await ended
  return printed
}

function start(
  words: readonly string[],
  { env, cwd, input = '', nodeOptions = [], program: at = program }: Surroundings,
): ChildProcessWithoutNullStreams {
  const options = { env: environment(env), ...(cwd === undefined ? {} : { cwd }) }
  const child = spawn(process.execPath, [...nodeOptions, at, ...words], { ...options, stdio: 'pipe' })
  child.stdin.end(input)
  return child
}

function environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  // What the person who runs the tests has set for a server of their own is none of the tests' business.
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('SALLYPORT_') || value === undefined ? [] : [[name, value]],
  )
  // No balancer is there that must be told before a server stops, unless a test has one.
  return { ...Object.fromEntries(inherited), SALLYPORT_DRAIN_SECONDS: '0', ...env }
}

async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return withJson({ stdout, stderr, status })
}

function withJson(printed: Outcome): Finished {
  return {
    ...printed,
    get json() {
      return JSON.parse(printed.stdout)
    },
  }
}
