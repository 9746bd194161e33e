import { applyOrgFile, type Change, openOrgFile, type ReadOrgFile } from '@sallyport/server'
import type { Database } from './database.ts'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** An org file that was applied, and what that did. */
export interface AppliedFile {
  readonly file: ReadOrgFile
  /** Everything in the file, with what became of it. */
  readonly changes: readonly Change[]
}

/**
 * Applies an org file, all of it or nothing.
 * @param rules whether passwords may stand in it in the clear
 * @throws {Failure} with every mistake: file, line, column, path and what is wrong
 */
export async function applyFile(
  { stores, seal, passwords, newId, newRecordId, now }: Database,
  path: string,
  rules: { readonly allowsPasswords: boolean },
  terminal: Pick<Terminal, 'note' | 'style'>,
): Promise<AppliedFile> {
  const file = await openOrgFile(path)
  const application = await applyOrgFile({ ...stores, seal, passwords, newId, newRecordId, now }, file, rules)
  if (!application.ok) {
    throw new Failure('The org file was refused, and nothing was changed.', {
      problems: application.mistakes.map(placed),
    })
  }
  for (const warning of application.warnings) terminal.note(`${terminal.style.yellow('!')} ${placed(warning)}`)
  return { file, changes: application.changes }
}

/** What applying did, in a line: `2 users created, 1 connected app changed`. */
export function changesText(changes: readonly Change[]): string {
  const counts = new Map<string, number>()
  for (const { kind, applied } of changes) {
    if (applied === 'unchanged') continue
    const key = `${kind} ${applied}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const parts = [...counts].map(([key, count]) => `${count} ${count === 1 ? key : plural(key)}`)
  return parts.length === 0 ? 'nothing to change' : parts.join(', ')
}

type Placed = Extract<Awaited<ReturnType<typeof applyOrgFile>>, { ok: false }>['mistakes'][number]

function placed({ file, line, column, path, message }: Placed): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`
}

/** `user created` is `users created`. */
function plural(key: string): string {
  return key.replace(/ (?=\w+$)/, 's ')
}
