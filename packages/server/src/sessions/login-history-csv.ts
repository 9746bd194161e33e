import { csvLine } from '../csv.ts'
import type { UsernameOf } from '../users/usernames.ts'
import {
  everyAttempt,
  type LoginFilter,
  type LoginHistoryEntry,
  type LoginHistoryStore,
  loginTypeLabels,
} from './login-history.ts'

const columns: readonly (readonly [string, (entry: LoginHistoryEntry, username: string) => string])[] = [
  ['Username', (_entry, username) => username],
  ['Login Time', ({ at }) => at.toISOString()],
  ['Source IP', ({ sourceIp }) => sourceIp],
  ['Login Type', ({ loginType }) => loginTypeLabels[loginType]],
  ['Login Subtype', ({ loginSubType }) => loginSubType ?? ''],
  ['Status', ({ status }) => status],
  ['Browser', ({ browser }) => browser],
  ['Application', ({ application }) => application],
  ['Login URL', ({ loginUrl }) => loginUrl],
]

/** The first line of Login History as CSV (RFC 4180). */
export const loginCsvHeader = csvLine(columns.map(([heading]) => heading))

/** An attempt as a line of CSV. */
export function loginCsvLine(entry: LoginHistoryEntry, username: string): string {
  return csvLine(columns.map(([, value]) => value(entry, username)))
}

/** Most rows of Login History that are given out as one file, as at Salesforce. */
export const mostLoginRows = 20_000

/** The newest attempts that a filter lets through as CSV, at most {@link mostLoginRows}. */
export async function loginHistoryCsv(
  loginHistory: Pick<LoginHistoryStore, 'list'>,
  usernameOf: UsernameOf,
  orgId: string,
  filter: LoginFilter,
): Promise<string> {
  let csv = loginCsvHeader
  let rows = 0
  for await (const attempt of everyAttempt(loginHistory, orgId, filter)) {
    csv += loginCsvLine(attempt, await usernameOf(attempt.userId))
    rows += 1
    if (rows === mostLoginRows) break
  }
  return csv
}
