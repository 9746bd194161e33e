import type { JournalEntry } from '@sallyport/server'
import { printable, type Terminal } from './terminal.ts'

/** What a running server tells whoever watches it. Nothing secret is in it. */
export interface Log {
  /** Something worth knowing, with the facts. */
  said(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** A protocol request that was answered. */
  answered(entry: JournalEntry): void
  /** What must never happen. */
  failed(error: unknown, where: string): void
}

/** How much is logged: `debug` is every request, `info` those that were refused, `error` only what must never happen. */
export const logLevels = ['debug', 'info', 'error'] as const

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number]

// As most programs that write such logs number them.
const severities: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, error: 50 }

/** A log for programs: one line of JSON for each event, on standard error. */
export function jsonLog(terminal: Pick<Terminal, 'log'>, level: LogLevel, now: () => Date = () => new Date()): Log {
  return {
    said: (message, facts = {}) => line('info', message, facts),
    answered({ requestId, endpoint, flow, sourceIp, status, error, refusal }) {
      const facts = { requestId, endpoint, flow, sourceIp, status, error, reason: refusal?.reason }
      if (refusal === undefined) line('debug', 'answered', facts)
      else line('info', 'refused', facts)
    },
    failed: (error, where) => line('error', 'failed', { err: told(error), where }),
  }

  function line(of: LogLevel, msg: string, facts: Readonly<Record<string, unknown>>): void {
    if (severities[of] < severities[level]) return
    terminal.log(`${JSON.stringify({ level: severities[of], time: now().toISOString(), ...facts, msg })}\n`)
  }
}

// Errors that came of one another, and are told.
const mostCauses = 10

/** What is told of an error, and of what it came of: what else it carries may be anybody's data. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const chain = withCauses(error)
  return {
    type: error.constructor.name,
    code: 'code' in error ? String(error.code) : undefined,
    message: chain.map(({ message }) => message).join(': '),
    stack: chain.map(({ stack, message }) => stack ?? message).join('\ncaused by: '),
    errors: error instanceof AggregateError ? error.errors.map(told) : undefined,
  }
}

function withCauses(error: Error): readonly Error[] {
  const chain = [error]
  for (let { cause } = error; cause instanceof Error && chain.length < mostCauses; { cause } = cause) chain.push(cause)
  return chain
}

/** A log for the person who sits before it: the refusals, each with the command that explains it, and faults. */
export function shownLog(terminal: Pick<Terminal, 'log' | 'style'>, diagnose: (requestId: string) => string): Log {
  const { dim, red, yellow } = terminal.style
  return {
    said(message) {
      terminal.log(`  ${message}\n`)
    },
    answered({ at, requestId, endpoint, status, error, refusal }) {
      if (refusal === undefined) return
      const time = at.toTimeString().slice(0, 8)
      const what = `${endpoint} ${status} ${error ?? ''}`.trimEnd()
      terminal.log(`  ${dim(time)} ${yellow(what)} ${printable(refusal.reason)}  ${dim(diagnose(requestId))}\n`)
    },
    failed(error, where) {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
      terminal.log(`  ${red('✗')} ${printable(where)}: ${printable(trace)}\n`)
    },
  }
}
