import type { JournalOutcome } from '../journal/journal.ts'

/** A request that was answered, as far as it is counted. */
export interface AnsweredRequest {
  /** As it is journalled: `token`, `authorize`, `rest` … */
  readonly endpoint: string
  /** The grant type or the step of the flow; what a refused caller wrote is among it, so it is counted of passed ones only. */
  readonly flow: string | undefined
  readonly outcome: JournalOutcome
  /** Of the refusal. */
  readonly reason: string | undefined
  readonly seconds: number
}

/** Is told what goes on, to count it. */
export interface Meter {
  answered(request: AnsweredRequest): void
  /** What must never happen did. */
  failed(): void
  /** Has something read whenever somebody looks. @param name as a suffix of `sallyport_` */
  watch(name: string, help: string, read: () => number): void
}

/** Counts nothing: for a server that nobody watches. */
export const noMeter: Meter = { answered() {}, failed() {}, watch() {} }
