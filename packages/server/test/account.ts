import type { RecordKind } from '../src/record-id.ts'
import type { FieldValue, StoredRecord } from '../src/rest/record.ts'

/** An account, or a record of another object, as a store keeps it. */
export function storedRecord(
  id: string,
  { orgId, ownerId, at, object = 'Account' }: { orgId: string; ownerId: string; at: Date; object?: RecordKind },
  fields: Readonly<Record<string, FieldValue>>,
): StoredRecord {
  return {
    id,
    orgId,
    object,
    name: String(fields['Name'] ?? ''),
    fields,
    ownerId,
    createdAt: at,
    createdById: ownerId,
    modifiedAt: at,
    modifiedById: ownerId,
    deletedAt: undefined,
  }
}
