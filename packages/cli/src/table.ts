import { stripVTControlCharacters } from 'node:util'
import { printable, type Style } from './terminal.ts'

const gap = '  '

/** Rows below headings, each column as wide as its widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const cells = rows.map((row) => row.map(cell))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => widthOf(row[column] ?? ''))),
  )
  const line = (row: readonly string[]) => row.map((text, column) => padded(text, widths[column] ?? 0)).join(gap)
  return [style.dim(line(headings).trimEnd()), ...cells.map((row) => line(row).trimEnd())].join('\n')
}

/** Names with their values below each other; a value of several lines stays in its column. What is unset is left out. */
export function details(pairs: Readonly<Record<string, string | undefined>>, style: Style): string {
  const set = Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const width = Math.max(...set.map(([name]) => name.length))
  const indent = ' '.repeat(width + gap.length)
  return set
    .map(([name, value]) => style.dim(padded(name, width)) + gap + printable(value).replaceAll('\n', `\n${indent}`))
    .join('\n')
}

/** Yes or no, as people read it. */
export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** An instant in the zone of whoever reads, to the minute; a dash where there is none. */
export function minute(instant: Date | undefined): string {
  return instant === undefined ? '–' : instant.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
}

/** A duration in the largest unit that divides it: `2 h`, `90 s`. */
export function duration(seconds: number): string {
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? ['s', 1]
  return `${seconds / size} ${unit}`
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** One line, whatever was stored. */
function cell(text: string): string {
  return printable(text).replaceAll('\n', ' ')
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
