import type { Child } from 'hono/jsx'
import { EmptyState } from './blocks.tsx'

/** A column of a list: its heading, what stands in it, and how it is sorted. */
export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => Child
  /** The name by which lists are sorted by it, in the `sort` parameter; none where they cannot be. */
  readonly sort?: string
  readonly align?: 'right'
}

/** What the query string of a list says. */
export interface ListQuery {
  /** What was searched for; empty when nothing was. */
  readonly q: string
  readonly sort: string
  readonly isDescending: boolean
  /** From 1. */
  readonly page: number
}

/**
 * Reads `q`, `sort` and `page` of a list's address. `sort=-name` sorts downwards. What is none of the columns is taken as
 * the first: an address that somebody mangled still shows the list.
 */
export function readListQuery(query: URLSearchParams, sorts: readonly [string, ...string[]]): ListQuery {
  const asked = query.get('sort') ?? sorts[0]
  const name = asked.replace(/^-/, '')
  const sort = sorts.includes(name) ? name : sorts[0].replace(/^-/, '')
  const page = Number(query.get('page'))
  return {
    q: (query.get('q') ?? '').trim().slice(0, 200),
    sort,
    isDescending: asked.startsWith('-'),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  }
}

/** One page of rows that are all at hand, searched, sorted and cut. */
export interface ListPage<Row> {
  readonly rows: readonly Row[]
  readonly total: number
  readonly pages: number
}

/** Rows to a page. */
export const pageLength = 50

/**
 * Searches, sorts and cuts rows that are all at hand.
 * @param words what a row is found by
 * @param keys what rows are sorted by, for each name of a sort
 */
export function listPage<Row>(
  rows: readonly Row[],
  { q, sort, isDescending, page }: ListQuery,
  words: (row: Row) => string,
  keys: Readonly<Record<string, (row: Row) => string | number | Date>>,
): ListPage<Row> {
  const wanted = q.toLowerCase()
  const found = wanted === '' ? rows : rows.filter((row) => words(row).toLowerCase().includes(wanted))
  const key = keys[sort]
  const sorted = key === undefined ? found : found.toSorted((one, other) => compare(key(one), key(other)))
  const ordered = isDescending ? sorted.toReversed() : sorted
  const pages = Math.max(1, Math.ceil(ordered.length / pageLength))
  const start = (Math.min(page, pages) - 1) * pageLength
  return { rows: ordered.slice(start, start + pageLength), total: ordered.length, pages }
}

function compare(one: string | number | Date, other: string | number | Date): number {
  if (typeof one === 'string' && typeof other === 'string')
    return one.localeCompare(other, 'en', { sensitivity: 'base' })
  return Number(one) - Number(other)
}

interface DataTableProps<Row> {
  /** What the table lists, for those who cannot see it. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** The list's own address with its query, where it can be sorted. */
  readonly list?: { readonly path: string; readonly query: URLSearchParams; readonly sorted: ListQuery }
  /** Stands in its place when there are no rows. */
  readonly empty: Child
  readonly id?: string
  /** Where a page with script asks for rows newer than the first, and from where on. */
  readonly tail?: { readonly href: string; readonly after: number } | undefined
}

/** A list of things as a table; on small screens each row becomes a block. */
export function DataTable<Row>({ caption, columns, rows, list, empty, id, tail }: DataTableProps<Row>) {
  const isEmpty = rows.length === 0
  if (isEmpty && tail === undefined) return <>{empty}</>
  const table = (
    <div class="table" data-tail={tail?.href} data-after={tail?.after} hidden={isEmpty}>
      <table
        class="slds-table slds-table_cell-buffer slds-table_bordered slds-max-medium-table_stacked-horizontal"
        id={id}
      >
        <caption class="slds-assistive-text">{caption}</caption>
        <thead>
          <tr class="slds-line-height_reset">
            {columns.map(({ heading, sort, align }) => (
              <th
                scope="col"
                class={align}
                aria-sort={
                  list !== undefined && sort !== undefined && list.sorted.sort === sort
                    ? list.sorted.isDescending
                      ? 'descending'
                      : 'ascending'
                    : undefined
                }
              >
                {list === undefined || sort === undefined ? (
                  heading
                ) : (
                  <SortLink {...list} sort={sort} heading={heading} />
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <TableRows rows={rows} columns={columns} />
        </tbody>
      </table>
    </div>
  )
  return isEmpty ? (
    <>
      <div data-tail-empty="">{empty}</div>
      {table}
    </>
  ) : (
    table
  )
}

/** The rows of a table, as they are added to one that is there. */
export function TableRows<Row>({ rows, columns }: Pick<DataTableProps<Row>, 'rows' | 'columns'>) {
  return (
    <>
      {rows.map((row) => (
        <tr>
          {columns.map(({ heading, cell, align }, index) =>
            index === 0 ? (
              <th scope="row" data-label={heading} class={align}>
                {cell(row)}
              </th>
            ) : (
              <td data-label={heading} class={align}>
                {cell(row)}
              </td>
            ),
          )}
        </tr>
      ))}
    </>
  )
}

interface SortLinkProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly sorted: ListQuery
  readonly sort: string
  readonly heading: string
}

function SortLink({ path, query, sorted, sort, heading }: SortLinkProps) {
  const isSorted = sorted.sort === sort
  const next = isSorted && !sorted.isDescending ? `-${sort}` : sort
  return (
    <a href={withQuery(path, query, { sort: next, page: undefined })}>
      {heading}
      {isSorted && <span aria-hidden="true">{sorted.isDescending ? ' ↓' : ' ↑'}</span>}
    </a>
  )
}

/** An address with its query, some of it changed; `undefined` takes a parameter away. */
export function withQuery(
  path: string,
  query: URLSearchParams,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const changed = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') changed.delete(name)
    else changed.set(name, value)
  }
  return changed.size === 0 ? path : `${path}?${changed}`
}

interface SearchBoxProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly label: string
}

/** The search box over a list. It keeps how the list is sorted. */
export function SearchBox({ path, query, label }: SearchBoxProps) {
  const q = query.get('q') ?? ''
  const sort = query.get('sort')
  return (
    <search>
      <form class="search" method="get" action={path}>
        <label class="slds-assistive-text" for="q">
          {label}
        </label>
        <input class="slds-input" id="q" name="q" type="search" value={q} placeholder={label} autocomplete="off" />
        {sort !== null && <input type="hidden" name="sort" value={sort} />}
        <button class="slds-button slds-button_neutral" type="submit">
          Search
        </button>
        {q !== '' && <a href={withQuery(path, query, { q: undefined, page: undefined })}>Clear</a>}
      </form>
    </search>
  )
}

interface NoneFoundProps {
  /** What the list is of: `app`. */
  readonly noun: string
  readonly path: string
  /** What was searched for. */
  readonly sought: string
}

/** A list in which a search found nothing. */
export function NoneFound({ noun, path, sought }: NoneFoundProps) {
  return (
    <EmptyState title={`No ${noun} is found by “${sought}”`}>
      <a href={path}>Show all {noun}s</a>
    </EmptyState>
  )
}

interface PagerProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly page: number
  readonly pages: number
  readonly total: number
}

/** How many there are, and the ways to the pages before and after. */
export function Pager({ path, query, page, pages, total }: PagerProps) {
  if (pages === 1) return <p class="pager slds-text-color_weak">{total === 1 ? '1 item' : `${total} items`}</p>
  const at = Math.min(page, pages)
  const link = (to: number) => withQuery(path, query, { page: to === 1 ? undefined : String(to) })
  return (
    <nav class="pager" aria-label="Pages">
      {at > 1 ? <a href={link(at - 1)}>Previous</a> : <span class="slds-text-color_weak">Previous</span>}
      <span>{`Page ${at} of ${pages}, ${total} items`}</span>
      {at < pages ? <a href={link(at + 1)}>Next</a> : <span class="slds-text-color_weak">Next</span>}
    </nav>
  )
}
