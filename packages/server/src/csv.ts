/** A line of CSV (RFC 4180): every value quoted, the line ended. */
export function csvLine(values: readonly string[]): string {
  return `${values.map(quoted).join(',')}\r\n`
}

// People and browsers name themselves as they like, and spreadsheets compute what begins like this: an apostrophe keeps
// them from it.
function quoted(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return `"${text.replaceAll('"', '""')}"`
}
