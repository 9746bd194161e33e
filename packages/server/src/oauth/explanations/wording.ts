/** A value as it stands in a sentence: quoted, cut when long, and named when there is nothing of it. */
export function quoted(text: string): string {
  if (text === '') return 'nothing'
  return text.length > 200 ? `“${text.slice(0, 200)}…” (${text.length} characters)` : `“${text}”`
}

/** Values as they stand in a sentence: `a, b or c`; `none` when there are none. */
export function listed(texts: readonly string[], word: 'and' | 'or' = 'or'): string {
  if (texts.length === 0) return 'none'
  const shown = texts.length > 12 ? [...texts.slice(0, 12), `${texts.length - 12} more`] : texts
  const last = shown.at(-1) ?? ''
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} ${word} ${last}`
}

/** A number of things: `1 second`, `2 seconds`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

/** A duration in the unit that a person would say it in. */
export function spoken(seconds: number): string {
  if (seconds < 120) return counted(Math.round(seconds), 'second')
  if (seconds < 7200) return counted(Math.round(seconds / 60), 'minute')
  return seconds < 172_800 ? counted(Math.round(seconds / 3600), 'hour') : counted(Math.round(seconds / 86_400), 'day')
}
