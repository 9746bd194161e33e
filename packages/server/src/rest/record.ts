/** The value of a field of a stored record. */
export type FieldValue = string | number | boolean | null

/** A record that an org holds, such as an Account. */
export interface StoredRecord {
  /** 18 characters. */
  readonly id: string
  readonly orgId: string
  /** API name of the object. */
  readonly object: string
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly ownerId: string
  readonly createdAt: Date
  readonly modifiedAt: Date
}

/** Keeps records. */
export interface RecordStore {
  add(record: StoredRecord): Promise<void>
  find(orgId: string, id: string): Promise<StoredRecord | undefined>
  /** The records of an object by their `Name`. */
  list(
    orgId: string,
    object: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly StoredRecord[]>
  count(orgId: string, object: string): Promise<number>
}
