import { csvLine } from '../csv.ts'
import type { AuditTrailStore } from './audit-trail.ts'

/** Most changes that are given out as one file. */
export const mostAuditRows = 20_000

const atOnce = 1000

/** The newest changes of an org as CSV, at most {@link mostAuditRows}; read a page at a time. @param doerOf names who made one */
export async function auditTrailCsv(
  { list }: Pick<AuditTrailStore, 'list'>,
  doerOf: (createdById: string | undefined) => Promise<string>,
  orgId: string,
): Promise<string> {
  let csv = csvLine(['Date', 'User', 'Action', 'Section', 'Action Name'])
  let before = Number.MAX_SAFE_INTEGER
  for (let read = 0; read < mostAuditRows; read += atOnce) {
    const entries = await list(orgId, { before, limit: atOnce })
    for (const { at, createdById, display, section, action } of entries) {
      csv += csvLine([at.toISOString(), await doerOf(createdById), display, section, action])
    }
    const last = entries.at(-1)
    if (last === undefined || entries.length < atOnce) break
    before = last.id
  }
  return csv
}
