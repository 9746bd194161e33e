/** What a check looked at, in values that are safe to keep: never a token, code, secret, password or assertion. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** A check that a request passed, with what it found. */
export interface PassedCheck {
  readonly check: string
  readonly found?: Facts
}

/** Why a request was refused: the reason, and what the rule saw. */
export interface JournalledRefusal {
  readonly reason: string
  readonly facts: Facts
}

/** One protocol request: what was asked, by whom, which checks it passed, and how it ended. */
export interface JournalEntry {
  readonly requestId: string
  readonly at: Date
  /** Such as `token`, `authorize`, `sign-in`, `rest`. */
  readonly endpoint: string
  /** The grant type or the step of the flow. */
  readonly flow: string | undefined
  readonly orgId: string | undefined
  readonly appId: string | undefined
  readonly userId: string | undefined
  readonly sourceIp: string
  readonly status: number
  /** The wire's error code, when refused. */
  readonly error: string | undefined
  readonly passed: readonly PassedCheck[]
  readonly refusal: JournalledRefusal | undefined
}

/** Keeps the journal. */
export interface JournalStore {
  /** Need not be waited for: it becomes durable with the next writes. */
  add(entry: JournalEntry): Promise<void>
  find(requestId: string): Promise<JournalEntry | undefined>
  /** The newest entries, of refusals only if asked. */
  latest(filter: { readonly refusedOnly: boolean; readonly limit: number }): Promise<readonly JournalEntry[]>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}
