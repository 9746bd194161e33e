import { stripVTControlCharacters, styleText } from 'node:util'
import { Failure } from './failure.ts'

/** Ways to set a text off; all of them leave it as it is where there is no colour. */
export type Style = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', (text: string) => string>>

/** Where a person, or a program, reads what commands come to. Nothing else writes to standard output and error. */
export interface Terminal {
  /** Whether answers are JSON, one line each. */
  readonly wantsJson: boolean
  /** Whether somebody is there who can be asked. */
  readonly isInteractive: boolean
  readonly style: Style
  /** How wide a line of the answer should be at most. */
  readonly columns: number
  /** What a command came to: the value as one line of JSON, or the text. */
  answer(value: unknown, text: string): void
  /** Something to know besides the answer, for people; JSON readers get it as a line of JSON, on standard error too. */
  note(text: string): void
  /** A line of the log. */
  log(line: string): void
  /** Why a command failed, on standard error. Answers the exit code. */
  fail(error: unknown): 1 | 2
  /** Bytes as they are, to standard output: a certificate, a key. */
  write(text: string | Uint8Array): void
  /** Does slow work; a person who waits sees that something is being done. */
  busy<Result>(label: string, work: (say: (label: string) => void) => Promise<Result>): Promise<Result>
  /** Asks for something secret that is to be set, twice; `undefined` when the person gave up. */
  askSecret(label: string): Promise<string | undefined>
  /** Asks for a secret that is set already, once; `undefined` when the person gave up. */
  askKnownSecret(label: string): Promise<string | undefined>
  /** Asks whether to go on. */
  confirm(question: string): Promise<boolean>
}

/** The terminal of this process. */
export function terminal({ wantsJson }: { readonly wantsJson: boolean }): Terminal {
  const { stdin, stdout, stderr } = process
  const isInteractive = stdin.isTTY === true && stderr.isTTY === true && !wantsJson
  // Questions and spinners come with a library that most commands have no need of.
  const prompts = () => import('@clack/prompts')
  const output = stderr

  return {
    wantsJson,
    isInteractive,
    style: styleOf(stdout),
    columns: Math.min(stdout.columns ?? 120, 120),
    answer(value, text) {
      stdout.write(wantsJson ? `${JSON.stringify(value)}\n` : `${text}\n`)
    },
    note(text) {
      stderr.write(wantsJson ? `${JSON.stringify({ note: stripVTControlCharacters(text) })}\n` : `${text}\n`)
    },
    log(line) {
      stderr.write(line)
    },
    fail(error) {
      const failure = asFailure(error)
      if (wantsJson) {
        const { message, next, problems } = failure
        stderr.write(`${JSON.stringify({ error: { message, ...(problems.length > 0 && { problems }), next } })}\n`)
      } else {
        stderr.write(`${failureText(failure, styleOf(stderr))}\n`)
      }
      return failure.name === 'WrongUsage' ? 2 : 1
    },
    write(text) {
      stdout.write(text)
    },
    async busy(label, work) {
      if (!isInteractive) return work(() => {})
      const { spinner } = await prompts()
      const shown = spinner({ output })
      shown.start(label)
      try {
        const result = await work((text) => shown.message(text))
        shown.stop(label)
        return result
      } catch (error) {
        shown.error(label)
        throw error
      }
    },
    async askSecret(label) {
      const { isCancel, password } = await prompts()
      const first = await password({ message: label, output })
      if (isCancel(first)) return undefined
      const second = await password({
        message: 'The same again',
        output,
        validate: (text) => (text === first ? undefined : 'These two are not the same.'),
      })
      return isCancel(second) ? undefined : second
    },
    async askKnownSecret(label) {
      const { isCancel, password } = await prompts()
      const given = await password({ message: label, output })
      return isCancel(given) ? undefined : given
    },
    async confirm(question) {
      const { confirm } = await prompts()
      return (await confirm({ message: question, initialValue: false, output })) === true
    },
  }
}

/** Text that somebody else wrote, safe to print: what a terminal would obey is made visible instead. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|\p{Cs}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

function styleOf(stream: NodeJS.WriteStream): Style {
  const set = (format: keyof Style) => (text: string) => styleText(format, text, { stream })
  return {
    bold: set('bold'),
    dim: set('dim'),
    green: set('green'),
    red: set('red'),
    yellow: set('yellow'),
    cyan: set('cyan'),
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  // What nobody foresaw is shown whole: it is a fault of the program, and the trace is what mends it.
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Failure(`Something went wrong that should not have.\n${trace}`, {
    next: 'Please report this, with the lines above and what you had typed.',
  })
}

function failureText({ message, problems, next }: Failure, { red, dim }: Style): string {
  const lines = [`${red('✗')} ${printable(message)}`]
  for (const problem of problems) lines.push(`  ${red('·')} ${printable(problem)}`)
  if (next !== undefined) lines.push(`  ${dim('→')} ${printable(next)}`)
  return lines.join('\n')
}
