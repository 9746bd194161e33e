import { keyPrefixes, readRecordId } from '../record-id.ts'
import { answer, type Call, dataPath, type RestAnswer, viewerOf } from './call.ts'
import { RestError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import type { Asker, QueriedRow, RowPage } from './record.ts'
import { type RowShape, shapeOf } from './rows.ts'
import type { Expression, Plan } from './soql/plan.ts'
import { planQuery } from './soql/plan-query.ts'

// Salesforce's: rows of a page, unless a header asks for fewer.
const largestPage = 2000
const smallestPage = 200
// Rows that the sub-queries of one page may find together.
const mostChildren = 50_000

/**
 * `GET /query?q=…` and `/queryAll`; with `columns=true`, what its columns are.
 * @throws {RestError}
 */
export async function query(call: Call, includesDeleted: boolean): Promise<RestAnswer> {
  const soql = call.query.get('q') ?? ''
  if (soql.trim() === '') throw new RestError({ reason: 'query-missing', facts: {} })
  const plan = await planQuery(soql, viewerOf(call), { includesDeleted })
  if (call.query.get('columns') === 'true') return answer('ColumnMetadata', columnsOf(plan))
  const asker = askerOf(call)
  if (plan.kind === 'count') {
    const totalSize = await call.reader.count(plan, asker)
    return answer('QueryResult', { totalSize, done: true, records: [] }, 'records')
  }
  const found = await pageOf(call, plan, asker, 0)
  if (found.done) return answer('QueryResult', { ...found }, 'records')
  const cursor = {
    id: call.newId(keyPrefixes.queryLocator),
    orgId: asker.orgId,
    userId: asker.userId,
    soql,
    includesDeleted,
    createdAt: call.now,
  }
  await call.afterwards(() => call.cursors.add(cursor))
  return answer('QueryResult', withNext(found, call, cursor.id), 'records')
}

/**
 * `GET /query/<locator>`: the rows from a place on, of a query as it was asked.
 * @throws {RestError} 400 `INVALID_QUERY_LOCATOR`
 */
export async function queryMore(call: Call, locator: string): Promise<RestAnswer> {
  const parts = /^([0-9A-Za-z]{15,18})-(\d{1,9})$/.exec(locator)
  const id = readRecordId(parts?.[1] ?? '')
  const asker = askerOf(call)
  const cursor = id === undefined ? undefined : await call.reader.findCursor(asker.orgId, id)
  if (cursor === undefined || cursor.userId !== asker.userId) {
    throw new RestError({ reason: 'locator-unknown', facts: { found: locator.slice(0, 40) } })
  }
  const { soql, includesDeleted, createdAt } = cursor
  const plan = await planQuery(soql, { ...viewerOf(call), now: createdAt }, { includesDeleted })
  const found = await pageOf(call, plan, asker, Number(parts?.[2]))
  return answer('QueryResult', found.done ? { ...found } : withNext(found, call, cursor.id), 'records')
}

/** The records of a plan that somebody inside asks for, from the first on. */
export async function recordsOf(call: Call, plan: Plan, page: RowPage): Promise<readonly JsonObject[]> {
  const shape = shapeOf(plan, dataPath(call.version), call.tokens)
  const rows = await call.reader.query(plan, askerOf(call), shape.columns, page)
  return shaped(call, plan, shape, rows)
}

/** For whom the queries of a call are. */
export function askerOf({ caller: { user, tokenId }, now }: Call): Asker {
  return { orgId: user.orgId, userId: user.id, tokenId, now }
}

interface Page {
  readonly totalSize: number
  readonly done: boolean
  readonly records: readonly JsonObject[]
  /** Where the next page begins. */
  readonly next: number
}

async function pageOf(
  call: Call,
  asked: Plan,
  asker: Asker,
  start: number,
): Promise<Omit<Page, 'next'> & { next?: number }> {
  const { rows: few } = asked.object
  const plan = few === undefined ? asked : { ...asked, limit: Math.min(asked.limit ?? few.inAll, few.inAll) }
  const size = Math.min(pageSize(call.header('sforce-query-options')), few?.perCall ?? largestPage)
  const left = plan.limit === undefined ? size + 1 : Math.max(0, Math.min(size + 1, plan.limit - start))
  const shape = shapeOf(plan, dataPath(call.version), call.tokens)
  const page: RowPage = { offset: plan.offset + start, limit: left }
  const rows = await call.reader.query(plan, asker, shape.columns, page)
  const records = await shaped(call, plan, shape, rows.slice(0, size))
  if (rows.length <= size) return { totalSize: start + rows.length, done: true, records }
  return { totalSize: await call.reader.count(plan, asker), done: false, records, next: start + size }
}

function withNext(
  { next = 0, totalSize, done, records }: Omit<Page, 'next'> & { next?: number },
  call: Call,
  id: string,
): JsonObject {
  return { totalSize, done, nextRecordsUrl: `${dataPath(call.version)}/query/${id}-${next}`, records }
}

/** The `batchSize` of a `Sforce-Query-Options` header, within what Salesforce takes. */
function pageSize(header: string | undefined): number {
  const wanted = Number(/batchSize\s*=\s*(\d{1,6})/i.exec(header ?? '')?.[1] ?? largestPage)
  return Math.min(largestPage, Math.max(smallestPage, wanted))
}

async function shaped(
  call: Call,
  plan: Plan,
  shape: RowShape,
  rows: readonly QueriedRow[],
): Promise<readonly JsonObject[]> {
  const children = await childrenOf(call, plan, shape, rows)
  return rows.map((row) => shape.recordOf(row, children.get(shape.idOf(row)) ?? noChildren))
}

const noChildren: ReadonlyMap<string, Json> = new Map()

/** What the sub-queries of a plan find for its rows, each by one query for all of them. */
async function childrenOf(
  call: Call,
  plan: Plan,
  shape: RowShape,
  rows: readonly QueriedRow[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Json>>> {
  const all = new Map<string, Map<string, Json>>()
  if (rows.length === 0) return all
  const ids = rows.map((row) => shape.idOf(row))
  let left = mostChildren
  for (const selected of plan.select) {
    if (selected.kind !== 'children') continue
    const childShape = shapeOf(selected.plan, dataPath(call.version), call.tokens)
    const found = await call.reader.children(
      selected.by,
      ids,
      selected.plan,
      askerOf(call),
      childShape.columns,
      left + 1,
    )
    left -= found.length
    if (left < 0) throw new RestError({ reason: 'query-too-large', facts: { limit: mostChildren } })
    const byParent = new Map<string, JsonObject[]>()
    for (const [parent, ...row] of found) {
      const key = String(parent)
      const list = byParent.get(key) ?? []
      byParent.set(key, list)
      list.push(childShape.recordOf(row, noChildren))
    }
    for (const [parent, records] of byParent) {
      const members = all.get(parent) ?? new Map<string, Json>()
      all.set(parent, members.set(selected.relationship, { totalSize: records.length, done: true, records }))
    }
  }
  return all
}

/** The answer to `columns=true`: how a table of the query's answer would be headed. */
function columnsOf(plan: Plan): JsonObject {
  return {
    columnMetadata: plan.kind === 'count' ? [] : plan.select.map((selected) => columnOf(selected)),
    entityName: plan.object.name,
    groupBy: plan.groupBy.length > 0,
    idSelected: plan.select.some((selected) => selected.kind === 'field' && selected.path.field.type === 'id'),
    keyPrefix: plan.object.keyPrefix,
  }
}

function columnOf(selected: Plan['select'][number]): JsonObject {
  if (selected.kind === 'children') {
    const { relationship, plan } = selected
    return {
      ...column(relationship, relationship, 'string', false),
      joinColumns: plan.select.map((child) => columnOf(child)),
    }
  }
  if (selected.kind === 'value') {
    return { ...column(selected.name, selected.display, typeOf(selected.expression), true), joinColumns: [] }
  }
  const { via, field } = selected.path
  const names = via.map(({ by }) => by.reference?.relationship ?? by.name)
  const [first, ...others] = names
  const leaf = { ...column(field.name, field.name, field.type, false), joinColumns: [] }
  if (first === undefined) return leaf
  // A path is a column in a column, from the outermost relationship on.
  const inner = others.reduceRight<JsonObject>(
    (within, name) => ({ ...column(name, name, 'string', false), joinColumns: [within] }),
    leaf,
  )
  return { ...column(first, first, 'string', false), joinColumns: [inner] }
}

function column(columnName: string, displayName: string, type: string, aggregate: boolean): JsonObject {
  return {
    aggregate,
    apexType: type === 'boolean' ? 'Boolean' : type === 'double' || type === 'currency' ? 'Decimal' : 'String',
    booleanType: type === 'boolean',
    columnName,
    custom: columnName.endsWith('__c'),
    displayName,
    foreignKeyName: null,
    insertable: false,
    numberType: ['currency', 'double', 'int', 'percent'].includes(type),
    textType: !['boolean', 'currency', 'date', 'datetime', 'double', 'int', 'percent'].includes(type),
    updatable: false,
  }
}

function typeOf(expression: Expression): string {
  if (expression.kind === 'field') return expression.path.field.type
  return expression.aggregate.startsWith('M') ? (expression.path?.field.type ?? 'int') : 'double'
}
