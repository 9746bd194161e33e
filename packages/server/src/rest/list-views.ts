import { id15, keyPrefixes, readRecordId, recordIdOf } from '../record-id.ts'
import { type Call, viewerOf } from './call.ts'
import { RestError } from './error.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type FieldColumn, type ListedObject, listedObjects } from './listed-objects.ts'
import type { FieldType, SObject } from './object.ts'
import { askerOf } from './query.ts'
import { shapeOf } from './rows.ts'
import { planQuery } from './soql/plan-query.ts'
import { requireVersion } from './versions.ts'

/** A list view, as lists of them have it. */
export type ListViewEntry = {
  readonly describeUrl: string
  readonly developerName: string
  /** 18 characters, `00B…`. */
  readonly id: string
  readonly label: string
  readonly resultsUrl: string
  readonly soqlCompatible: boolean
  readonly url: string
}

/** The list views of an object. */
export type ListViewList = {
  readonly done: boolean
  readonly listviews: readonly ListViewEntry[]
  readonly nextRecordsUrl: null
  readonly size: number
  readonly sobjectType: string
}

/** A column as list views describe it. */
export type ListViewColumn = {
  readonly ascendingLabel: string | null
  readonly descendingLabel: string | null
  readonly fieldNameOrPath: string
  readonly hidden: boolean
  readonly label: string
  readonly selectListItem: string
  readonly sortDirection: 'ascending' | 'descending' | null
  readonly sortIndex: number | null
  readonly sortable: boolean
  readonly type: FieldType
}

/** How a list view selects and sorts. */
export type ListViewDescription = {
  readonly columns: readonly ListViewColumn[]
  /** 15 characters here, as at Salesforce. */
  readonly id: string
  readonly orderBy: readonly Ordering[]
  readonly query: string
  readonly scope: 'mine' | 'mru' | null
  readonly sobjectType: string
  readonly whereCondition: { readonly conditions: readonly never[]; readonly conjunction: 'and' }
}

type Ordering = {
  readonly fieldNameOrPath: string
  readonly nullsPosition: 'first' | 'last'
  readonly sortDirection: 'ascending' | 'descending'
}

/** A record in the results of a list view: every value is text. */
export type ListViewRecord = {
  readonly columns: readonly { readonly fieldNameOrPath: string; readonly value: string | null }[]
}

/** The results of a list view: what to show and how. */
export type ListViewResults = {
  readonly columns: readonly ListViewColumn[]
  readonly developerName: string
  /** Whether nothing follows after these records. */
  readonly done: boolean
  /** 15 characters here, as at Salesforce. */
  readonly id: string
  readonly label: string
  readonly records: readonly ListViewRecord[]
  /** How many records these are. */
  readonly size: number
}

/** A list view. Each object has three; Salesforce's other ones are made by people. */
export interface ListView {
  readonly id: string
  readonly object: ListedObject
  readonly kind: 'recent' | 'all' | 'mine'
  readonly developerName: string
  readonly label: string
}

/**
 * The object whose list views are asked for.
 * @throws {RestError} 404 `NOT_FOUND` for one that has none
 */
export function readListedObject({ name }: SObject): ListedObject {
  const listed = listedObjects.find((one) => one.name === name)
  if (listed !== undefined) return listed
  const known = listedObjects.map((one) => one.name)
  throw new RestError({ reason: 'object-unknown', facts: { found: name, known } })
}

/** The list views of an object: Recently Viewed, All and My. Their ids are the same in every org. */
export function listViewsOf(object: ListedObject): readonly ListView[] {
  const kinds = [
    { kind: 'recent', words: ['Recently', 'Viewed'] },
    { kind: 'all', words: ['All'] },
    { kind: 'mine', words: ['My'] },
  ] as const
  return kinds.map(({ kind, words }, index) => ({
    id: recordIdOf(keyPrefixes.listView, object.firstListView + index),
    object,
    kind,
    developerName: [...words, object.plural].join(''),
    label: [...words, object.plural].join(' '),
  }))
}

/**
 * The list view of an object that an id of 15 or 18 characters names.
 * @throws {RestError} 404 `NOT_FOUND`
 */
export function readListView(object: ListedObject, id: string): ListView {
  const listView = listViewsOf(object).find((candidate) => candidate.id === readRecordId(id))
  if (listView === undefined) {
    throw new RestError({ reason: 'list-view-unknown', facts: { found: id.slice(0, 32), object: object.name } })
  }
  return listView
}

/**
 * The answer of `/sobjects/<object>/listviews`.
 * @throws {RestError} 404 before version 32.0
 */
export function listViewList(version: string, object: ListedObject): ListViewList {
  const listviews = listViewsOf(object).map((listView) => listViewEntry(version, listView))
  return { done: true, listviews, nextRecordsUrl: null, size: listviews.length, sobjectType: object.name }
}

/**
 * The answer of `/sobjects/<object>/listviews/<id>`.
 * @throws {RestError} 404 before version 32.0
 */
export function listViewEntry(version: string, { id, object, developerName, label }: ListView): ListViewEntry {
  requireVersion(version, '32.0')
  const url = `/services/data/v${version}/sobjects/${object.name}/listviews/${id}`
  return {
    describeUrl: `${url}/describe`,
    developerName,
    id,
    label,
    resultsUrl: `${url}/results`,
    soqlCompatible: true,
    url,
  }
}

/**
 * The answer of `/sobjects/<object>/listviews/<id>/describe`.
 * @throws {RestError} 404 before version 32.0
 */
export function describeListView(version: string, listView: ListView): ListViewDescription {
  requireVersion(version, '32.0')
  const { id, object, kind } = listView
  return {
    columns: columnsOf(object, kind),
    id: id15(id),
    orderBy: orderingOf(object, kind),
    query: queryOf(listView, ({ selectListItem }) => selectListItem.toLowerCase()),
    scope: scopeOf(kind),
    sobjectType: object.name,
    whereCondition: { conditions: [], conjunction: 'and' },
  }
}

/** Which part of a list view's records is wanted. */
export interface ListViewPage {
  readonly offset: number
  readonly limit: number
}

/**
 * Reads the parameters `limit` (1 to 2000, 25 when missing) and `offset` (from 0, the default).
 * @throws {RestError} 400 `ILLEGAL_QUERY_PARAMETER_VALUE`
 */
export function readListViewPage(limit: string | undefined, offset: string | undefined): ListViewPage {
  return {
    limit: readNumber('limit', limit ?? '25', 1, 2000),
    offset: readNumber('offset', offset ?? '0', 0, Number.MAX_SAFE_INTEGER),
  }
}

function readNumber(parameter: string, text: string, least: number, most: number): number {
  const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  const range = most === Number.MAX_SAFE_INTEGER ? `a number from ${least} on` : `a number from ${least} to ${most}`
  throw new RestError({ reason: 'parameter-out-of-range', facts: { parameter, found: text.slice(0, 32), range } })
}

/**
 * The answer of `/sobjects/<object>/listviews/<id>/results` to a user. Nobody looks at records here, so the recently
 * viewed ones are those that changed last.
 * @throws {RestError} 404 before version 32.0
 */
export async function listViewResults(call: Call, listView: ListView, page: ListViewPage): Promise<ListViewResults> {
  requireVersion(call.version, '32.0')
  const { object, kind } = listView
  const columns = columnsOf(object, kind)
  const plan = await planQuery(
    queryOf(listView, ({ fieldNameOrPath }) => fieldNameOrPath),
    viewerOf(call),
    {
      includesDeleted: false,
    },
  )
  const shape = shapeOf(plan, '', call.tokens)
  // One more than is shown tells whether there are more.
  const rows = await call.reader.query(plan, askerOf(call), shape.columns, {
    offset: page.offset,
    limit: page.limit + 1,
  })
  const records = rows.slice(0, page.limit).map((row) => {
    const record = shape.recordOf(row, new Map())
    return {
      columns: columns.map(({ fieldNameOrPath, type }) => ({
        fieldNameOrPath,
        value: valueText(valueAt(record, fieldNameOrPath), type),
      })),
    }
  })
  return {
    columns,
    developerName: listView.developerName,
    done: rows.length <= page.limit,
    id: id15(listView.id),
    label: listView.label,
    records,
    size: records.length,
  }
}

function queryOf({ object, kind }: ListView, selected: (column: ListViewColumn) => string): string {
  const scope = scopeOf(kind)
  const order = orderingOf(object, kind).map(
    ({ fieldNameOrPath, sortDirection, nullsPosition }) =>
      `${fieldNameOrPath} ${sortDirection === 'ascending' ? 'ASC' : 'DESC'} NULLS ${nullsPosition.toUpperCase()}`,
  )
  const select = columnsOf(object, kind).map(selected)
  return `SELECT ${select.join(', ')} FROM ${object.name}${scope === null ? '' : ` USING SCOPE ${scope}`} ORDER BY ${order.join(', ')}`
}

function scopeOf(kind: ListView['kind']): ListViewDescription['scope'] {
  if (kind === 'all') return null
  return kind === 'mine' ? 'mine' : 'mru'
}

function valueAt(record: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => (isJsonObject(at) ? at[name] : undefined), record)
}

function valueText(value: Json | undefined, type: FieldType): string | null {
  if (value === undefined || value === null) return null
  return type === 'datetime' ? dateText(new Date(String(value))) : String(value)
}

/** An instant as list views write it, such as `Fri Aug 01 21:15:46 GMT 2014`. */
function dateText(instant: Date): string {
  const [weekday = '', day, month, year, time] = instant.toUTCString().split(' ')
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} GMT ${year}`
}

// What every list view selects without showing it.
const hiddenColumns: readonly FieldColumn[] = [
  { path: 'CreatedDate', label: 'Created Date', type: 'datetime' },
  { path: 'LastModifiedDate', label: 'Last Modified Date', type: 'datetime' },
  { path: 'SystemModstamp', label: 'System Modstamp', type: 'datetime' },
]

function columnsOf(object: ListedObject, kind: ListView['kind']): readonly ListViewColumn[] {
  const sorting = orderingOf(object, kind)
  const shown = object.columns.map(({ path, label, type }) => {
    const sortIndex = sorting.findIndex(({ fieldNameOrPath }) => fieldNameOrPath === path)
    return {
      ...sortLabels(type),
      fieldNameOrPath: path,
      hidden: false,
      label,
      selectListItem: type === 'picklist' ? `toLabel(${path})` : path,
      sortDirection: sorting[sortIndex]?.sortDirection ?? null,
      sortIndex: sortIndex === -1 ? null : sortIndex,
      sortable: true,
      type,
    }
  })
  const idColumn: FieldColumn = { path: 'Id', label: `${object.label} ID`, type: 'id' }
  const hidden = [idColumn, ...hiddenColumns].map(({ path, label, type }) => ({
    ascendingLabel: null,
    descendingLabel: null,
    fieldNameOrPath: path,
    hidden: true,
    label,
    selectListItem: path,
    sortDirection: null,
    sortIndex: null,
    sortable: false,
    type,
  }))
  return [...shown, ...hidden]
}

// Salesforce has them this way round.
function sortLabels(type: FieldType): Pick<ListViewColumn, 'ascendingLabel' | 'descendingLabel'> {
  switch (type) {
    case 'phone':
    case 'currency':
      return { ascendingLabel: '9-0', descendingLabel: '0-9' }
    case 'picklist':
      return { ascendingLabel: 'Low to High', descendingLabel: 'High to Low' }
    case 'date':
    case 'datetime':
      return { ascendingLabel: 'New to Old', descendingLabel: 'Old to New' }
    default:
      return { ascendingLabel: 'Z-A', descendingLabel: 'A-Z' }
  }
}

function orderingOf({ columns }: ListedObject, kind: ListView['kind']): readonly Ordering[] {
  const id: Ordering = { fieldNameOrPath: 'Id', nullsPosition: 'first', sortDirection: 'ascending' }
  const [first] = columns
  if (kind === 'recent' || first === undefined) {
    return [{ fieldNameOrPath: 'LastViewedDate', nullsPosition: 'last', sortDirection: 'descending' }]
  }
  return [{ fieldNameOrPath: first.path, nullsPosition: 'first', sortDirection: 'ascending' }, id]
}
