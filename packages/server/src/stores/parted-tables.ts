/** A table that is kept in parts: each has the rows of a stretch of numbers, and so of a stretch of time. */
export interface PartedTable {
  readonly name: 'access_tokens' | 'journal' | 'login_history'
  /** The instant after which a row is of no use. */
  readonly ends: string
  /** Whether rows end in the order of their numbers. */
  readonly isInOrder: boolean
}

/** The tables that PostgreSQL keeps in parts. */
export const parted: readonly PartedTable[] = [
  { name: 'access_tokens', ends: 'expires_at', isInOrder: false },
  { name: 'journal', ends: 'at', isInOrder: true },
  { name: 'login_history', ends: 'at', isInOrder: true },
]

/** The names of the tables that are kept in parts. */
export const partedTables: readonly string[] = parted.map(({ name }) => name)
