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
