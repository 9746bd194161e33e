/** A change of how an org is set up, as *Setup Audit Trail* shows it. */
export interface AuditEntry {
  readonly id: number
  readonly at: Date
  /** The user who made it; `undefined` for a command or an org file. */
  readonly createdById: string | undefined
  /** The page of Setup that it belongs to. */
  readonly section: string
  /** Salesforce's name for what was done; ours, in the same manner, where Salesforce has none. */
  readonly action: string
  /** What was done to what, in words. */
  readonly display: string
}

/** What whoever runs the server can do with all that is sealed: put it under another key, or take it elsewhere. */
export type DoneWithSecrets = 'rekeyed' | 'copied' | 'backedUp'

/** Reads the trail of an org's changes. It is written together with them, by the stores that make them. */
export interface AuditTrailStore {
  /** The changes of an org, newest first; those before a row, if one is given. */
  list(orgId: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly AuditEntry[]>
  /** Notes, for every org, what was done with all secrets of the server at once. */
  noteSecrets(did: DoneWithSecrets): Promise<void>
  /** Deletes at most `limit` rows from before; answers how many. */
  deleteBefore(before: Date, limit: number): Promise<number>
}
