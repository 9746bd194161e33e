import { type Compilable, type RawBuilder, sql } from 'kysely'
import { type Field, isIndexed, type SObject } from '../rest/object.ts'
import { type Asker, keyText, type RowPage } from '../rest/record.ts'
import type { Condition, Expression, FieldPath, Ordering, Plan, SqlValue } from '../rest/soql/plan.ts'
import type { Database } from './database.ts'
import { jsonElements, jsonNumbers } from './json-sql.ts'
import { column, idOf, isNeverNull, ofObject, tableOf } from './object-sql.ts'
import { givenNumber, givenText, hasWithin } from './text-sql.ts'

type Sql = RawBuilder<unknown>

/** Writes the queries of plans as SQL. Every value is a parameter; names come from the objects' descriptions. */
export interface PlanCompiler {
  rows(plan: Plan, asker: Asker, columns: readonly Expression[], page: RowPage): Compilable<unknown>
  count(plan: Plan, asker: Asker): Compilable<unknown>
  /** Rows of the records that refer to parents, with the parent's id in front, by parent. */
  children(
    by: Field,
    parentIds: readonly string[],
    plan: Plan,
    asker: Asker,
    columns: readonly Expression[],
    limit: number,
  ): Compilable<unknown>
}

/** @param queries gives the SQL its dialect */
export function planCompiler({ queries }: Pick<Database, 'queries'>): PlanCompiler {
  const ready = (query: Sql): Compilable<unknown> => ({ compile: () => query.compile(queries) })
  return {
    rows(plan, asker, columns, { offset, limit }) {
      const body = from(plan, asker)
      const selected = columns.map((column) => body.value(column))
      // Paging is by place, so the order leaves no two records to chance.
      const isUnique = plan.orderBy.some(({ by }) => isIdField(by))
      const last = plan.kind === 'records' && !isUnique ? body.lastOrder(plan.orderBy.length === 0) : []
      const order = [...plan.orderBy.map((ordering) => orderSql(body, ordering)), ...last]
      const orderBy = order.length === 0 ? sql`` : sql`order by ${sql.join(order)}`
      return ready(
        sql`select ${sql.join(selected)} ${body.fromWhere()} ${body.groupHaving()} ${orderBy} limit ${limit} offset ${offset}`,
      )
    },
    count(plan, asker) {
      const body = from(plan, asker)
      const { limit = Number.MAX_SAFE_INTEGER, offset } = plan
      const isWhole = plan.limit === undefined && offset === 0
      const page = isWhole ? sql`` : sql`limit ${limit} offset ${offset}`
      if (plan.kind !== 'groups' && isWhole) return ready(sql`select count(*) ${body.fromWhere()}`)
      return ready(sql`select count(*) from (select 1 ${body.fromWhere()} ${body.groupHaving()} ${page}) as found`)
    },
    children(by, parentIds, plan, asker, columns, limit) {
      const among: Condition = { kind: 'in', left: { kind: 'field', path: { via: [], field: by } }, values: parentIds }
      const where: Condition = plan.where === undefined ? among : { kind: 'and', parts: [among, plan.where] }
      const body = from({ ...plan, where }, asker)
      const parent = body.value({ kind: 'field', path: { via: [], field: by } })
      const order = sql.join([...plan.orderBy.map((ordering) => orderSql(body, ordering)), sql`${body.id}`])
      const values = columns.map((column, place) => sql`${body.value(column)} as ${sql.id(`c${place}`)}`)
      const names = columns.map((_, place) => sql.id(`c${place}`))
      const last = plan.limit === undefined ? sql`` : sql`and place <= ${plan.offset + plan.limit}`
      return ready(sql`
        select ${sql.join([sql.id('parent'), ...names])}
        from (select ${parent} as parent, row_number() over (partition by ${parent} order by ${order}) as place,
          ${sql.join(values)} ${body.fromWhere()}) as child
        where place > ${plan.offset} ${last} order by parent, place limit ${limit}`)
    },
  }
}

/** FROM and WHERE of a plan; the joins are those that the expressions asked for meanwhile need. */
interface Body {
  readonly object: SObject
  readonly id: Sql
  /** What decides between rows that are the same in everything else; an order that an index has, where nobody asks for one. */
  lastOrder(isOnly: boolean): readonly Sql[]
  value(expression: Expression): Sql
  fromWhere(): Sql
  groupHaving(): Sql
}

/** Aliases, each once in a statement. */
function aliases(): () => string {
  let count = 0
  return () => `t${count++}`
}

function from(plan: Plan, asker: Asker, newAlias = aliases()): Body {
  const { object } = plan
  const root = newAlias()
  const joins = new Map<string, { readonly alias: string; readonly join: Sql }>()
  const conditions: Sql[] = []
  const isById = object.kind === 'stored' && isLookUpBy(plan.where, isIdField)
  const isLookUp = isById || (object.kind === 'stored' && isLookUpBy(plan.where, isKeyField))
  // What is looked up by an index is of the org and the object already; said again, it would look like the better index.
  if (object.kind === 'stored' && (isById || !isLookUp)) conditions.push(ofObject(root, object, asker.orgId, isById))
  if (object.kind === 'stored' && !plan.includesDeleted) conditions.push(sql`${sql.ref(`${root}.deleted_at`)} is null`)
  if (plan.isMine) conditions.push(mine())
  if (plan.where !== undefined) conditions.push(conditionSql(plan.where))
  const groups = plan.groupBy.map((path) => columnOf(path))
  const having = plan.having === undefined ? undefined : conditionSql(plan.having)

  return {
    object,
    id: column(object, root, idOf(object)),
    lastOrder(isOnly) {
      const id = column(object, root, idOf(object))
      return isOnly && object.kind === 'stored' && !isLookUp ? [sql`lower(${sql.ref(`${root}.name`)})`, id] : [id]
    },
    value: expressionSql,
    fromWhere() {
      const joined = [...joins.values()].map(({ join }) => join)
      const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
      return sql`from ${tableOf(object, asker)} as ${sql.id(root)} ${sql.join(joined, sql` `)} ${where}`
    },
    groupHaving() {
      const groupBy = groups.length === 0 ? sql`` : sql`group by ${sql.join(groups)}`
      return having === undefined ? groupBy : sql`${groupBy} having ${having}`
    },
  }

  function mine(): Sql {
    const owner = object.fields.find(({ name }) => name === 'OwnerId' || name === 'UserId' || name === 'UsersId')
    return owner === undefined ? sql`1 = 1` : sql`${column(object, root, owner)} = ${asker.userId}`
  }

  function columnOf({ via, field }: FieldPath): Sql {
    let alias = root
    let at = object
    let key = ''
    for (const { by, to } of via) {
      key += `.${by.name}`
      let joined = joins.get(key)
      if (joined === undefined) {
        const made = newAlias()
        const here = to.kind === 'stored' ? sql` and ${ofObject(made, to, asker.orgId)}` : sql``
        const join = sql`left join ${tableOf(to, asker)} as ${sql.id(made)} on ${column(to, made, idOf(to))} = ${column(at, alias, by)}${here}`
        joined = { alias: made, join }
        joins.set(key, joined)
      }
      alias = joined.alias
      at = to
    }
    return column(at, alias, field)
  }

  function expressionSql(expression: Expression): Sql {
    if (expression.kind === 'field') return columnOf(expression.path)
    const { aggregate, path } = expression
    if (path === undefined) return sql`count(*)`
    const argument = columnOf(path)
    if (aggregate === 'COUNT_DISTINCT') return sql`count(distinct ${argument})`
    return sql`${sql.raw(aggregate.toLowerCase())}(${argument})`
  }

  function conditionSql(condition: Condition): Sql {
    switch (condition.kind) {
      case 'and':
        return balanced(
          condition.parts.map((part) => conditionSql(part)),
          sql` and `,
        )
      case 'or': {
        const { parts } = condition
        const any = balanced(
          parts.map((part) => conditionSql(part)),
          sql` or `,
        )
        return parts.length > mostIndexedParts ? sql`(${any}) is true` : any
      }
      case 'not':
        // What is not known counts as no, and so its opposite as yes.
        return sql`(${conditionSql(condition.part)}) is not true`
      case 'compare':
        return compareSql(condition.left, condition.by, condition.value)
      case 'like':
        return likeSql(condition.left, condition.pattern)
      case 'in':
        return inSql(condition.left, condition.values)
      case 'includes': {
        const list = sql`';' || lower(${expressionSql(condition.left)}) || ';'`
        const anyOf = condition.anyOf.map((all) =>
          balanced(
            all.map((value) => hasWithin(list, sql`';' || lower(${givenText(value)}) || ';'`)),
            sql` and `,
          ),
        )
        return balanced(anyOf, sql` or `)
      }
      case 'in-query':
        return inQuerySql(condition)
    }
  }

  function inQuerySql({ left, plan, selected }: Extract<Condition, { kind: 'in-query' }>): Sql {
    const [ours, theirs] = [left.path?.field, selected.field]
    // Some ids are numbers to the database: none of them is one of another object.
    if (ours?.idPrefix !== theirs.idPrefix) return sql`1 = 0`
    const body = from(plan, asker, newAlias)
    const isShort = ours?.isShortId === true || theirs.isShortId
    // And some have no more than fifteen characters.
    const alike = (id: Sql) => (isShort ? sql`substr(${id}, 1, 15)` : id)
    const inner = alike(body.value({ kind: 'field', path: selected }))
    const page = plan.limit === undefined ? sql`` : sql`limit ${plan.limit} offset ${plan.offset}`
    return sql`${alike(expressionSql(left))} in (select ${inner} ${body.fromWhere()} ${page})`
  }

  function likeSql(left: Expression, pattern: string): Sql {
    // One that ends in the middle of an escape is like nothing.
    if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) return sql`1 = 0`
    return sql`lower(${expressionSql(left)}) like lower(${givenText(pattern)}) escape '\\'`
  }

  function compareSql(left: Expression, by: '=' | '!=' | '<' | '<=' | '>' | '>=', value: SqlValue): Sql {
    const side = expressionSql(left)
    // An empty text is no text.
    if (value === null || value === '') {
      const isNone = isText(left) ? sql`(${side} is null or ${side} = '')` : sql`${side} is null`
      if (by === '=' || by === '<=' || by === '>=') return isNone
      return by === '!=' ? sql`(${isNone}) is not true` : sql`1 = 0`
    }
    if (by === '=')
      return (
        keyed(left, [value]) ??
        (isText(left) ? sql`lower(${side}) = lower(${given(value)})` : sql`${side} = ${given(value)}`)
      )
    if (by === '!=') return sql`(${compareSql(left, '=', value)}) is not true`
    const operator = sql.raw(by)
    return isText(left)
      ? sql`lower(${side}) ${operator} lower(${given(value)})`
      : sql`${side} ${operator} ${given(value)}`
  }

  function inSql(left: Expression, values: readonly SqlValue[]): Sql {
    const some = values.filter((value) => value !== null && value !== '')
    const none = some.length < values.length ? [compareSql(left, '=', null)] : []
    const [only] = some
    if (only === undefined) return none[0] ?? sql`1 = 0`
    if (some.length === 1 && none.length === 0) return compareSql(left, '=', only)
    const side = expressionSql(left)
    const given = sql`${JSON.stringify(some)}`
    const list = sql`${typeof only === 'number' ? jsonNumbers(given) : jsonElements(given)} as list`
    const within =
      keyed(left, some) ??
      (isText(left)
        ? sql`lower(${side}) in (select lower(value) from ${list})`
        : sql`${side} in (select value from ${list})`)
    return balanced([within, ...none], sql` or `)
  }

  /** The look-up by an index, where there is one for the field. */
  function keyed(left: Expression, values: readonly (string | number | null)[]): Sql | undefined {
    if (object.kind !== 'stored' || left.kind !== 'field' || !isKeyField(left)) return undefined
    const { field } = left.path
    const keys = values.flatMap((value) => (value === null ? [] : [keyText(value)]))
    const list = sql`${jsonElements(sql`${JSON.stringify(keys)}`)} as list`
    return sql`${sql.ref(`${root}.id`)} in (select record_id from record_keys where org_id = ${asker.orgId}
      and object = ${object.name} and field = ${field.name} and value in (select value from ${list}))`
  }
}

function given(value: string | number): Sql {
  return typeof value === 'string' ? givenText(value) : givenNumber(value)
}

function isText(left: Expression): boolean {
  if (left.kind === 'aggregate' && left.aggregate !== 'MIN' && left.aggregate !== 'MAX') return false
  const type = left.path?.field.type
  return type !== undefined && textTypes.has(type)
}

const textTypes: ReadonlySet<Field['type']> = new Set([
  'email',
  'multipicklist',
  'phone',
  'picklist',
  'string',
  'textarea',
  'url',
])

// Planning an index for each part of an OR takes time that grows with the square of them; of a truth there is no part.
const mostIndexedParts = 20

// A chain of a thousand would be as deep to the database; in halves it is ten.
function balanced(parts: readonly Sql[], by: Sql): Sql {
  const [only] = parts
  if (only === undefined) return sql`1 = 0`
  if (parts.length === 1) return only
  const middle = Math.ceil(parts.length / 2)
  return sql`(${balanced(parts.slice(0, middle), by)}${by}${balanced(parts.slice(middle), by)})`
}

function orderSql(body: Body, { by, isDescending, hasNullsLast }: Ordering): Sql {
  const value = isText(by) ? sql`lower(${body.value(by)})` : body.value(by)
  const direction = isDescending ? sql`desc` : sql`asc`
  // Where there are none, to say where they go would keep an index from giving the order.
  if (by.kind === 'field' && by.path.via.length === 0 && isNeverNull(body.object, by.path.field)) {
    return sql`${value} ${direction}`
  }
  return sql`${value} ${direction} ${hasNullsLast ? sql`nulls last` : sql`nulls first`}`
}

/** Whether a condition lets nothing through but what an index has for some values of a field. */
function isLookUpBy(where: Condition | undefined, isField: (left: Expression) => boolean): boolean {
  if (where?.kind === 'and') return where.parts.some((part) => isLookUpBy(part, isField))
  if (where?.kind === 'or' && where.parts.length === 1) return isLookUpBy(where.parts[0], isField)
  if (where?.kind !== 'compare' && where?.kind !== 'in') return false
  const values = where.kind === 'in' ? where.values : [where.value]
  if (where.kind === 'compare' && where.by !== '=') return false
  return isField(where.left) && values.length > 0 && values.every((value) => value !== null && value !== '')
}

function isIdField(left: Expression): boolean {
  return left.kind === 'field' && left.path.via.length === 0 && left.path.field.name === 'Id'
}

/** Whether an expression is a field of the query's own object whose values are looked up. */
function isKeyField(left: Expression): boolean {
  return left.kind === 'field' && left.path.via.length === 0 && isIndexed(left.path.field)
}
