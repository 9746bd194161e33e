import { type Demo, type DemoAddresses, makeDemo } from '@sallyport/server'
import type { Database } from '../../database.ts'

/** Makes the demo in a database. */
export function newDemo(
  { stores, seal, passwords, newId, newRecordId, now }: Database,
  addresses: DemoAddresses,
): Promise<Demo> {
  return makeDemo({ ...stores, seal, passwords, newId, newRecordId, now }, addresses)
}
