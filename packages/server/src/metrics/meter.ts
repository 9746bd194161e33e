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
  readonly requestId: string
  readonly method: string
  readonly status: number
  /** When it arrived. */
  readonly at: Date
  readonly seconds: number
  /** `traceparent` as the caller sent it (W3C Trace Context). */
  readonly traceparent: string | undefined
}

/** Is told what goes on, to count it. */
export interface Meter {
  answered(request: AnsweredRequest): void
  /** What must never happen did. */
  failed(): void
  /** Has something read whenever somebody looks. @param name as a suffix of `sallyport_` */
  watch(name: string, help: string, read: () => number): void
}

/** One that tells several; without any, it counts nothing. */
export function meters(...all: readonly Meter[]): Meter {
  return {
    answered(request) {
      for (const meter of all) meter.answered(request)
    },
    failed() {
      for (const meter of all) meter.failed()
    },
    watch(...watched) {
      for (const meter of all) meter.watch(...watched)
    },
  }
}
