/** One attempt to sign in, as Login History shows it. */
export interface LoginAttempt {
  readonly orgId: string
  readonly userId: string
  readonly at: Date
  readonly loginType: 'Application' | 'Oauth2'
  readonly loginSubType: string | undefined
  /** Salesforce's words: `Success`, `Invalid password`, `Failed: Signature Invalid` … */
  readonly status: string
  /** The connected app's name, or `Browser`. */
  readonly application: string
  readonly sourceIp: string
  /** The host that was asked. */
  readonly loginUrl: string
  /** As the browser calls itself, cut short; `Unknown` for programs. */
  readonly browser: string
}

/** An attempt that is kept. */
export interface LoginHistoryEntry extends LoginAttempt {
  readonly id: number
}

/** Keeps login history: one row for each attempt, right or wrong. */
export interface LoginHistoryStore {
  add(attempt: LoginAttempt): Promise<void>
  /** The latest attempts in an org, of one user if given, newest first. */
  list(
    orgId: string,
    filter: { readonly userId?: string; readonly limit: number },
  ): Promise<readonly LoginHistoryEntry[]>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}
