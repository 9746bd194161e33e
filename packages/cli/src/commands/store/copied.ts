import { type CopiedTable, copyDatabase, type Place, sealWith } from '@sallyport/server'
import { type DataFolder, readEncryptionKey, readFurtherKeys } from '../../data-folder.ts'
import { readable } from '../../database.ts'
import type { Terminal } from '../../terminal.ts'

/** Copies one database to another, and shows how far it is. @throws {Failure} in words, when nothing was copied */
export async function copied(
  terminal: Terminal,
  label: string,
  { folder, from, to }: { readonly folder: DataFolder; readonly from: Place; readonly to: Place },
): Promise<readonly CopiedTable[]> {
  const seal = sealWith(readEncryptionKey(folder, process.env), readFurtherKeys(process.env))
  try {
    return await terminal.busy(label, (say) =>
      copyDatabase({ from, to, seal, onProgress: ({ table, rows }) => say(`${label}: ${table}, ${rows} rows`) }),
    )
  } catch (error) {
    throw readable(error)
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
