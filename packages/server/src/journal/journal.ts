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
  /** The org whose admins may read of it: see `orgConcerned`. */
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

/** An entry that is kept. */
export interface KeptEntry extends JournalEntry {
  /** Its row; a later entry has a higher one. */
  readonly id: number
}

/** How a request ended: let through, refused by a rule, or failed by a fault of the server. */
export type JournalOutcome = 'passed' | 'refused' | 'failed'

/** How a request ended. */
export function outcomeOf({ refusal, status }: Pick<JournalEntry, 'refusal' | 'status'>): JournalOutcome {
  if (refusal !== undefined) return 'refused'
  return status >= 500 ? 'failed' : 'passed'
}

/** Which entries are wanted: all that is given must be so. */
export interface JournalFilter {
  readonly appId?: string | undefined
  readonly userId?: string | undefined
  readonly endpoint?: string | undefined
  /** As it was journalled: the grant type or the step of the flow. */
  readonly flow?: string | undefined
  readonly outcome?: JournalOutcome | undefined
  /** Of the refusal. */
  readonly reason?: string | undefined
  readonly sourceIp?: string | undefined
  readonly requestId?: string | undefined
}

/** Which part of a list: the newest before a row, newest first; or, to follow it, the oldest after a row, oldest first. */
export type JournalPage = { readonly limit: number } & (
  | { readonly before?: number | undefined }
  | { readonly after: number }
)

/** How many requests of a kind ended in a way, in one hour. */
export interface JournalCount {
  /** The hour's begin, in UTC. */
  readonly hour: Date
  readonly endpoint: string
  readonly flow: string | undefined
  readonly outcome: JournalOutcome
  readonly count: number
}

/** How often something was the cause of a refusal. */
export interface RefusalCount {
  readonly reason: string
  readonly count: number
  /** The newest request that was refused for it. */
  readonly requestId: string
}

/** What an org's journal comes to. */
export interface JournalSummary {
  /** By hour, the oldest first. */
  readonly counts: readonly JournalCount[]
  /** The most frequent first. */
  readonly refusals: readonly RefusalCount[]
}

/** Keeps the journal. */
export interface JournalStore {
  /** Need not be waited for: it becomes durable with the next writes. */
  add(entry: JournalEntry): Promise<void>
  find(requestId: string): Promise<KeptEntry | undefined>
  /** The entries of an org. Those of no org are in nobody's list. */
  list(orgId: string, filter: JournalFilter, page: JournalPage): Promise<readonly KeptEntry[]>
  /** The entries of every org and of none: for whoever runs the server. */
  listOfServer(filter: JournalFilter, page: JournalPage): Promise<readonly KeptEntry[]>
  /** What an org's entries come to, from the hour of `since` on. */
  summary(orgId: string, since: Date): Promise<JournalSummary>
  /** An org's entries of one flow, from the hour of `since` on: how many by the reason of refusal, which is empty where none was. */
  countByReason(orgId: string, flow: string, since: Date): Promise<ReadonlyMap<string, number>>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}
