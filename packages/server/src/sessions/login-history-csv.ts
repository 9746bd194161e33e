import { type LoginHistoryEntry, loginTypeLabels } from './login-history.ts'

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
export const loginCsvHeader = line(columns.map(([heading]) => heading))

/** An attempt as a line of CSV. */
export function loginCsvLine(entry: LoginHistoryEntry, username: string): string {
  return line(columns.map(([, value]) => value(entry, username)))
}

function line(values: readonly string[]): string {
  return `${values.map(quoted).join(',')}\r\n`
}

// A browser names itself as it likes, and spreadsheets compute what begins like this: an apostrophe keeps them from it.
function quoted(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return `"${text.replaceAll('"', '""')}"`
}
