import { type CopiedTable, copyDatabase, openStores, type Place, type Seal, sealWith } from '@sallyport/server'
import { type DataFolder, readEncryptionKey, readFurtherKeys } from '../../data-folder.ts'
import { readable } from '../../database.ts'
import type { Terminal } from '../../terminal.ts'

/**
 * Copies one database to another, and shows how far it is.
 * @param did what Setup Audit Trail is to say of it, if anything
 * @throws {Failure} in words, when nothing was copied
 */
export async function copied(
  terminal: Terminal,
  label: string,
  { folder, from, to }: { readonly folder: DataFolder; readonly from: Place; readonly to: Place },
  did?: 'copied' | 'backedUp',
): Promise<readonly CopiedTable[]> {
  const seal = sealWith(readEncryptionKey(folder, process.env), readFurtherKeys(process.env))
  try {
    if (did !== undefined) await noted(from, seal, did)
    return await terminal.busy(label, (say) =>
      copyDatabase({ from, to, seal, onProgress: ({ table, rows }) => say(`${label}: ${table}, ${rows} rows`) }),
    )
  } catch (error) {
    throw readable(error)
  }
}

/** Before it is done: who looks at the copy can see that it is one. */
async function noted(from: Place, seal: Seal, did: 'copied' | 'backedUp'): Promise<void> {
  const stores = await openStores({ ...from, seal, now: () => new Date(), onError: () => {} })
  try {
    await stores.auditTrail.noteSecrets(did)
  } finally {
    await stores.close()
  }
}

/** What a copy came to, for programs and for people. */
export function told(
  terminal: Terminal,
  what: string,
  tables: readonly CopiedTable[],
): { readonly json: object; readonly text: string } {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const filled = tables.filter((table) => table.rows > 0).length
  return {
    json: { rows, tables: Object.fromEntries(tables.map((table) => [table.table, table.rows])) },
    text: `${terminal.style.green('✓')} ${what}: ${rows} rows of ${filled} tables, each table counted.`,
  }
}
