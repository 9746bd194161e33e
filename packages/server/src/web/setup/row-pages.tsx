import { withQuery } from './table.tsx'

/** A page of a long list that is read on from a row, and whether there are more behind it. */
export interface RowPage<Row> {
  readonly rows: readonly Row[]
  /** The number of the row from which the next page is read on; `undefined` at the end of the list. */
  readonly next: number | undefined
}

/**
 * The row before which the page begins that an address asks for; `undefined` for the first page.
 * @param parameter another name for it, where several lists stand on one page
 */
export function readBefore(query: URLSearchParams, parameter = 'before'): number | undefined {
  const asked = query.get(parameter) ?? ''
  return /^[1-9][0-9]{0,15}$/.test(asked) && Number.isSafeInteger(Number(asked)) ? Number(asked) : undefined
}

/** Reads one page, and one row more, to know whether there are more. */
export async function rowPage<Row extends { readonly id: number }>(
  list: (limit: number) => Promise<readonly Row[]>,
  length: number,
): Promise<RowPage<Row>> {
  const found = await list(length + 1)
  const rows = found.slice(0, length)
  return { rows, next: found.length > length ? rows.at(-1)?.id : undefined }
}

interface RowPagerProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly next: number | undefined
  /** As {@link readBefore} has it. */
  readonly parameter?: string
  /** What the list is of, where several stand on one page. */
  readonly label?: string
}

/** The ways to the newest rows and to older ones. There are no page numbers: while one reads, new rows come on top. */
export function RowPager({ path, query, next, parameter = 'before', label }: RowPagerProps) {
  const isFirst = readBefore(query, parameter) === undefined
  if (isFirst && next === undefined) return null
  return (
    <nav class="pager" aria-label={label === undefined ? 'Pages' : `Pages of ${label}`}>
      {isFirst ? (
        <span class="slds-text-color_weak">Newest</span>
      ) : (
        <a href={withQuery(path, query, { [parameter]: undefined })}>Newest</a>
      )}
      {next === undefined ? (
        <span class="slds-text-color_weak">Older</span>
      ) : (
        <a href={withQuery(path, query, { [parameter]: String(next) })}>Older</a>
      )}
    </nav>
  )
}
