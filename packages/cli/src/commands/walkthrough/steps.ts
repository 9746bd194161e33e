import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { type Diagnosis, diagnose } from '@sallyport/server'
import { dataFolder } from '../../data-folder.ts'
import { withDatabase } from '../../database.ts'
import type { OnDatabase } from '../../database-place.ts'
import { checksText } from '../../diagnosis-text.ts'
import { Failure } from '../../failure.ts'
import { printable, type Terminal } from '../../terminal.ts'

/** A request of a walkthrough. Values that are secret are shortened when it is shown. */
export interface StepRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** What came of it. */
export interface StepAnswer {
  readonly status: number
  readonly headers: Headers
  /** The JSON, or the text. */
  readonly body: unknown
  readonly requestId: string | undefined
}

/** Tells a walkthrough, step by step, and remembers it for programs. */
export interface Telling {
  /** Begins a step. */
  step(title: string, ...sentences: readonly string[]): void
  /** Shows values by name; secret ones are shortened. */
  show(values: Readonly<Record<string, unknown>>): void
  /** Sends a request and shows both sides of it, and what the server checked where its journal is at hand. */
  send(request: StepRequest): Promise<StepAnswer>
  /** Shows a request that a browser sends. */
  showRequest(request: StepRequest): void
  /** Waits until the person wants to go on. */
  pause(): Promise<void>
  /** Everything that was told, once it is over. */
  end(text: string): void
}

interface ToldStep {
  readonly title: string
  readonly exchanges: {
    readonly request: Readonly<Record<string, unknown>>
    readonly answer: Readonly<Record<string, unknown>>
    readonly checks: Diagnosis['checks'] | undefined
  }[]
}

const secretNames =
  /^(?:access_token|refresh_token|id_token|assertion|client_secret|code|code_verifier|password|pw|token|signature|authorization)$/i
const longestShown = 14

/** Tells on a terminal. */
export function tellingOn(terminal: Terminal, { data, pauses }: OnDatabase & { readonly pauses: boolean }): Telling {
  const { style } = terminal
  const steps: ToldStep[] = []
  const say = (line = '') => {
    if (!terminal.wantsJson) terminal.write(`${line}\n`)
  }

  return {
    step(title, ...sentences) {
      steps.push({ title, exchanges: [] })
      say(style.bold(`${steps.length}. ${title}`))
      for (const sentence of sentences) say(`   ${style.dim(sentence)}`)
    },
    show(values) {
      const width = Math.max(...Object.keys(values).map((name) => name.length))
      for (const [name, value] of Object.entries(values)) {
        say(`   ${style.cyan(name.padEnd(width))}  ${printable(shortened(name, String(value)))}`)
      }
    },
    showRequest,
    async send(request) {
      showRequest(request)
      const response = await sent(request)
      const text = await response.text()
      const body = readJson(text) ?? text
      const requestId = response.headers.get('x-request-id') ?? undefined
      const cause = response.headers.get('x-sallyport-cause')
      say()
      say(`   ${response.ok ? style.green(`← ${response.status}`) : style.red(`← ${response.status}`)}`)
      for (const line of bodyLines(body)) say(`   ${line}`)
      if (cause !== null) say(`   ${style.yellow(`x-sallyport-cause: ${printable(cause)}`)}`)
      const checks = requestId === undefined ? undefined : await checksOf(data, requestId)
      if (checks !== undefined && checks.length > 0) {
        say()
        say(`   ${style.dim('What the server checked:')}`)
        for (const line of checksText(checks, style, terminal.columns - 3).split('\n')) say(`   ${line}`)
      }
      steps.at(-1)?.exchanges.push({
        request: { method: request.method, url: shortenedUrl(request.url), form: shortenedAll(request.form ?? {}) },
        answer: { status: response.status, requestId, body: shortenedBody(body) },
        checks,
      })
      return { status: response.status, headers: response.headers, body, requestId }
    },
    async pause() {
      say()
      if (!pauses) return
      await enter(style.dim('   Press Enter to go on '))
      say()
    },
    end(text) {
      terminal.answer({ steps }, text)
    },
  }

  function showRequest({ method, url, headers = {}, form }: StepRequest): void {
    say(`   ${style.yellow('→')} ${style.bold(method)} ${printable(shortenedUrl(url))}`)
    for (const [name, value] of Object.entries(headers)) say(`     ${name}: ${printable(shortened(name, value))}`)
    if (form === undefined) return
    say('     content-type: application/x-www-form-urlencoded')
    say()
    for (const [name, value] of Object.entries(form))
      say(`     ${style.cyan(name)}=${printable(shortened(name, value))}`)
  }
}

/** Waits for Enter, or for the end of the input. @throws {Failure} for Ctrl-C */
function enter(prompt: string): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  process.stderr.write(prompt)
  return new Promise<void>((resolve, reject) => {
    lines.once('line', () => resolve())
    lines.once('close', () => resolve())
    lines.once('SIGINT', () => reject(new Failure('You have left the walkthrough.')))
  }).finally(() => lines.close())
}

/** A secret as far as it can be told from another: its beginning and its length. */
function shortened(name: string, value: string): string {
  if (!secretNames.test(name) || value.length <= longestShown) return secretNames.test(name) ? '…' : value
  const [, scheme = '', secret = value] = /^(Bearer |Basic )(.*)$/.exec(value) ?? []
  return `${scheme}${secret.slice(0, 6)}… (${secret.length} characters)`
}

function shortenedAll(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortened(name, value)]))
}

function shortenedUrl(url: string): string {
  const parsed = new URL(url)
  const pairs = [...parsed.searchParams].map(([name, value]) => `${name}=${shortened(name, value)}`)
  return `${parsed.origin}${parsed.pathname}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

const mostItems = 3

function shortenedBody(body: unknown): unknown {
  if (Array.isArray(body)) {
    const rest = body.length - mostItems
    return [...body.slice(0, mostItems).map(shortenedBody), ...(rest > 0 ? [`… ${rest} more`] : [])]
  }
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' ? shortened(name, value) : shortenedBody(value),
    ]),
  )
}

const mostLines = 40

function bodyLines(body: unknown): readonly string[] {
  if (body === '') return []
  const text = typeof body === 'string' ? body : JSON.stringify(shortenedBody(body), undefined, 2)
  const lines = printable(text).split('\n')
  return lines.length > mostLines ? [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`] : lines
}

async function sent({ method, url, headers = {}, form }: StepRequest): Promise<Response> {
  const body = form === undefined ? {} : { body: new URLSearchParams(form) }
  try {
    return await fetch(url, {
      method,
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
      ...body,
    })
  } catch (cause) {
    throw new Failure(`There is no answer from ${new URL(url).origin}.`, {
      next: 'Is `sallyport dev` still running? Where it speaks https, set NODE_EXTRA_CA_CERTS as it says when it starts.',
      cause,
    })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const journalPatience = 20

/** The checklist of a request, where the journal of the server is in the data folder. It is written after the answer has gone out. */
async function checksOf(data: string, requestId: string): Promise<Diagnosis['checks'] | undefined> {
  if (!dataFolder(data).hasDatabase) return undefined
  return withDatabase({ data }, async ({ stores }) => {
    for (let attempt = 0; attempt < journalPatience; attempt++) {
      const entry = await stores.journal.find(requestId)
      if (entry !== undefined) return diagnose(entry).checks
      await wait(25)
    }
    // Of another server than the one of this folder.
    return undefined
  })
}
