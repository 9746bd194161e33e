import { id15, keyPrefixes, readRecordId, recordIdOf } from '../record-id.ts'
import type { User, UserStore } from '../users/user.ts'
import { RestError } from './error.ts'
import type { FieldColumn, FieldType, StoredObject } from './objects.ts'
import type { FieldValue, RecordStore, StoredRecord } from './record.ts'
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
  readonly object: StoredObject
  readonly kind: 'recent' | 'all' | 'mine'
  readonly developerName: string
  readonly label: string
}

/** The list views of an object: Recently Viewed, All and My. Their ids are the same in every org. */
export function listViewsOf(object: StoredObject): readonly ListView[] {
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
export function readListView(object: StoredObject, id: string): ListView {
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
export function listViewList(version: string, object: StoredObject): ListViewList {
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
export function describeListView(version: string, { id, object, kind }: ListView): ListViewDescription {
  requireVersion(version, '32.0')
  const columns = columnsOf(object, kind)
  const orderBy = orderingOf(object, kind)
  const scope = kind === 'all' ? null : kind === 'mine' ? 'mine' : 'mru'
  const select = columns.map(({ selectListItem }) => selectListItem.toLowerCase()).join(', ')
  const order = orderBy.map(
    ({ fieldNameOrPath, sortDirection, nullsPosition }) =>
      `${fieldNameOrPath} ${sortDirection === 'ascending' ? 'ASC' : 'DESC'} NULLS ${nullsPosition.toUpperCase()}`,
  )
  return {
    columns,
    id: id15(id),
    orderBy,
    query: `SELECT ${select} FROM ${object.name}${scope === null ? '' : ` USING SCOPE ${scope}`} ORDER BY ${order.join(', ')}`,
    scope,
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

interface Needs {
  readonly records: Pick<RecordStore, 'find' | 'list'>
  readonly users: Pick<UserStore, 'find'>
}

/**
 * The answer of `/sobjects/<object>/listviews/<id>/results` to a user. Nobody looks at records here, so the recently
 * viewed ones are those that changed last.
 * @throws {RestError} 404 before version 32.0
 */
export async function listViewResults(
  version: string,
  listView: ListView,
  user: Pick<User, 'id' | 'orgId'>,
  page: ListViewPage,
  { records, users }: Needs,
): Promise<ListViewResults> {
  requireVersion(version, '32.0')
  const { object, kind } = listView
  // One more than is shown tells whether there are more.
  const wanted = { offset: page.offset, limit: page.limit + 1 }
  const found = kind === 'all' ? await records.list(user.orgId, object.name, wanted) : await select()
  const shown = found.slice(0, page.limit)
  const columns = columnsOf(object, kind)
  const valueAt = valueReader(user.orgId, { records, users })
  const rows = await Promise.all(
    shown.map(async (record) => ({
      columns: await Promise.all(
        columns.map(async ({ fieldNameOrPath }) => ({
          fieldNameOrPath,
          value: await valueAt(record, fieldNameOrPath),
        })),
      ),
    })),
  )
  return {
    columns,
    developerName: listView.developerName,
    done: found.length <= page.limit,
    id: id15(listView.id),
    label: listView.label,
    records: rows,
    size: rows.length,
  }

  async function select(): Promise<readonly StoredRecord[]> {
    const all = await allRecords(records, user.orgId, object.name)
    const selected =
      kind === 'mine'
        ? all.filter(({ ownerId }) => ownerId === user.id)
        : all.toSorted((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
    return selected.slice(wanted.offset, wanted.offset + wanted.limit)
  }
}

async function allRecords(records: Needs['records'], orgId: string, object: string): Promise<readonly StoredRecord[]> {
  const limit = 2000
  const all: StoredRecord[] = []
  for (;;) {
    const some = await records.list(orgId, object, { offset: all.length, limit })
    all.push(...some)
    if (some.length < limit) return all
  }
}

/** Reads values by path, and looks each record that others refer to up once. */
function valueReader(orgId: string, { records, users }: Needs) {
  const owners = new Map<string, Promise<User | undefined>>()
  const related = new Map<string, Promise<StoredRecord | undefined>>()

  return async (record: StoredRecord, path: string): Promise<string | null> => {
    const [relation, field] = path.split('.')
    if (relation === undefined || field === undefined) return fieldText(record, path)
    if (relation === 'Owner') {
      const owner = await once(owners, record.ownerId, (id) => users.find(id))
      return owner === undefined ? null : aliasOf(owner)
    }
    const reference = record.fields[`${relation}Id`]
    if (typeof reference !== 'string') return null
    const referred = await once(related, reference, (id) => records.find(orgId, id))
    return referred === undefined ? null : fieldText(referred, field)
  }
}

function once<Found>(
  known: Map<string, Promise<Found>>,
  id: string,
  find: (id: string) => Promise<Found>,
): Promise<Found> {
  const found = known.get(id) ?? find(id)
  known.set(id, found)
  return found
}

function fieldText(record: StoredRecord, field: string): string | null {
  switch (field) {
    case 'Id':
      return record.id
    case 'CreatedDate':
      return dateText(record.createdAt)
    case 'LastModifiedDate':
    case 'SystemModstamp':
      return dateText(record.modifiedAt)
    case 'Name':
      return valueText(record.fields['Name']) ?? nameOfPerson(record)
    default:
      return valueText(record.fields[field])
  }
}

function valueText(value: FieldValue | undefined): string | null {
  return value === undefined || value === null ? null : String(value)
}

/** Contacts and leads have their name in two fields. */
function nameOfPerson({ fields }: StoredRecord): string | null {
  const names = [fields['FirstName'], fields['LastName']].flatMap((name) => valueText(name) ?? [])
  return names.length === 0 ? null : names.join(' ')
}

/** The short name that Salesforce gives a user: initial and the first letters of the last name. */
function aliasOf({ firstName = '', lastName }: User): string {
  return firstName.slice(0, 1) + lastName.slice(0, 4)
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

function columnsOf(object: StoredObject, kind: ListView['kind']): readonly ListViewColumn[] {
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

function orderingOf({ columns }: StoredObject, kind: ListView['kind']): readonly Ordering[] {
  const id: Ordering = { fieldNameOrPath: 'Id', nullsPosition: 'first', sortDirection: 'ascending' }
  const [first] = columns
  if (kind === 'recent' || first === undefined) {
    return [{ fieldNameOrPath: 'LastViewedDate', nullsPosition: 'last', sortDirection: 'descending' }]
  }
  return [{ fieldNameOrPath: first.path, nullsPosition: 'first', sortDirection: 'ascending' }, id]
}
