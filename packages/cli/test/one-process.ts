// A process that is one command of the program after another: what a command needs takes longer to load than most take to run.
// It is told by messages what to be, and answers what came of it when nothing is left that would keep a process of the
// command's own from ending. `program.ts` starts it.
import { createRequire } from 'node:module'
import { Readable, Writable } from 'node:stream'
import { z } from 'zod'

/** A command, and where it is run. */
export type Command = z.infer<typeof command>
const command = z.object({
  words: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
  input: z.string(),
})

/** What a command came to. */
export interface Outcome {
  /** Its exit code; `null` where it set none. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const built: { main(): Promise<void> } = createRequire(import.meta.url)('../dist/program.cjs')
let running: { readonly printed: () => Omit<Outcome, 'status'> } | undefined

process.on('message', (message) => begin(command.parse(message)))
process.on('disconnect', () => process.exit())
process.on('beforeExit', () => {
  if (running === undefined) return
  const outcome = { ...running.printed(), status: process.exitCode === undefined ? null : Number(process.exitCode) }
  running = undefined
  process.channel?.ref()
  process.send?.(outcome)
})

function begin({ words, env, cwd, input }: Command): void {
  const [stdout, stderr] = [collector(), collector()]
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.chdir(cwd)
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...words)
  process.exitCode = undefined
  for (const [name, value] of Object.entries({ stdin: Readable.from([input]), stdout, stderr })) {
    Object.defineProperty(process, name, { value, configurable: true })
  }
  running = { printed: () => ({ stdout: stdout.text(), stderr: stderr.text() }) }
  process.channel?.unref()
  void built.main()
}

function collector(): Writable & { text(): string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() })
}
