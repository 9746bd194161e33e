import type * as soqlParser from '@jetstreamapp/soql-parser-js'
import type {
  FieldFunctionExpression,
  FunctionExp,
  HavingClause,
  OrderByClause,
  Query,
  QueryBase,
  Subquery,
  ValueQueryCondition,
  WhereClause,
} from '@jetstreamapp/soql-parser-js'
import type { UserPermission } from '../../users/profile.ts'
import { type Field, findField, findRelationship, type SObject } from '../object.ts'
import { type Schema, targetOf } from '../schema.ts'
import { conditionTree } from './condition-tree.ts'
import type {
  AggregateFunction,
  Condition,
  Expression,
  FieldPath,
  Ordering,
  Plan,
  Selected,
  SqlValue,
  Step,
} from './plan.ts'
import { readQuery } from './read-query.ts'
import { type QueryProblem, queryError } from './soql-error.ts'
import { comparisonOf, patternOf, readValue } from './values.ts'

/** Who asks, and what there is for them to ask about. */
export interface Viewer {
  readonly userId: string
  /** The objects that the user may read. */
  readonly schema: Schema
  /** Whether the user sees what needs a permission. */
  has(permission: UserPermission): boolean
  readonly timeZone: string
  readonly now: Date
}

// Salesforce's: relationships from a field on, rows skipped, and rows of FIELDS(ALL).
const longestPath = 5
const largestOffset = 2000
const mostOfAllFields = 200
// What they may have at most, together with the queries within them: conditions that are queries, sub-queries, and
// relationships from a record up. Also Salesforce's.
const mostSemiJoins = 2
const mostSubqueries = 20
const mostRelationships = 55
const mostOrdered = 32
// Characters at the end in which ALL ROWS is looked for.
const longestSuffix = 100

/** Names that FROM gives, in small letters, and the relationships that lead there; none to the object of the query itself. */
type FromNames = ReadonlyMap<string, readonly string[]>

/**
 * Understands a query.
 * @param includesDeleted as `/queryAll` asks
 * @throws {RestError} 400 with Salesforce's code and words, and where in the text something is wrong
 */
export async function planQuery(
  soql: string,
  viewer: Viewer,
  { includesDeleted }: { includesDeleted: boolean },
): Promise<Plan> {
  const allRows = /\sall\s+rows$/i.exec(soql.trimEnd().slice(-longestSuffix))
  const isAll = includesDeleted || allRows !== null
  const { query, aliases } = await readQuery(allRows === null ? soql : soql.trimEnd().slice(0, -allRows[0].length))
  const text = { soql }
  const fail = (code: QueryProblem, message: string, token?: string) => queryError(code, text, message, token)
  const relationships = new Set<string>()
  let semiJoins = 0
  let isInSemiJoin = false
  return planOf(query, objectNamed(query.sObject ?? ''))

  function objectNamed(name: string): SObject {
    const object = viewer.schema.find(name)
    if (object !== undefined) return object
    throw fail(
      'INVALID_TYPE',
      `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
      name,
    )
  }

  function planOf(query: Query | Subquery, object: SObject, isWithin = false): Plan {
    refuseUnsupported(query)
    const names = namesOf(query, object)
    const limit = query.limit
    const offset = query.offset ?? 0
    if (offset > largestOffset) {
      throw fail('MALFORMED_QUERY', `Maximum SOQL offset allowed is ${largestOffset}`)
    }
    const groupBy = groupingOf(query, object, names)
    const selected = selectionOf(query, object, names, isWithin)
    const isCount = selected.length === 1 && selected[0]?.kind === 'value' && isCountOfAll(query)
    const hasAggregate = selected.some((one) => one.kind === 'value' && one.expression.kind === 'aggregate')
    const kind = isCount && groupBy.length === 0 ? 'count' : hasAggregate || groupBy.length > 0 ? 'groups' : 'records'
    const isGrouped = (expression: Expression) => kind === 'groups' && isOfGroup(expression, groupBy)
    if (kind === 'groups') checkGroups(selected, groupBy)
    const orderBy = atMostOrdered(listOf(query.orderBy), 'ORDER').map((clause) => orderingOf(clause, object, names))
    for (const { by } of orderBy) {
      if (kind === 'groups' ? isGrouped(by) : by.kind === 'field') continue
      throw fail(
        'MALFORMED_QUERY',
        `Ordered field must be grouped or aggregated: ${by.path?.field.name ?? 'COUNT()'}`,
        'ORDER',
      )
    }
    const where = both(
      query.where === undefined ? undefined : whereOf(query.where, object, names, (left) => left.kind === 'field'),
      ownersOnly(object),
    )
    const having = query.having === undefined ? undefined : whereOf(query.having, object, names, isGrouped)
    const scope = query.usingScope?.toLowerCase()
    return {
      object,
      includesDeleted: isAll,
      isMine: scope === 'mine',
      kind,
      select: selected,
      where,
      groupBy,
      having,
      orderBy,
      limit,
      offset,
    }
  }

  /** What FROM calls the object of a query, and what relationships lead to from there. */
  function namesOf(query: Query | Subquery, object: SObject): FromNames {
    const from = 'relationshipName' in query ? query.relationshipName : query.sObject
    const own = [object.name, from ?? object.name, query.sObjectAlias ?? object.name].map((name) => name.toLowerCase())
    const names = new Map<string, readonly string[]>(own.map((name) => [name, []]))
    for (const { root, name, path, written } of aliases) {
      if (!own.includes(root)) continue
      // One that leads nowhere is refused whether or not it is used, where it was written.
      pathOf([...path, 'Id'].join('.'), object, new Map(), undefined, written)
      names.set(name, path)
    }
    return names
  }

  function refuseUnsupported(query: QueryBase): void {
    const scope = query.usingScope?.toLowerCase()
    if (scope !== undefined && !['mine', 'everything', 'mru'].includes(scope)) {
      throw fail('MALFORMED_QUERY', `The scope '${query.usingScope}' is not supported here`, query.usingScope)
    }
    if (query.withDataCategory !== undefined)
      throw fail('MALFORMED_QUERY', 'WITH DATA CATEGORY is not supported here', 'WITH')
    if (query.update !== undefined) throw fail('MALFORMED_QUERY', 'UPDATE is not supported here', 'UPDATE')
  }

  function atMostOrdered<T>(clauses: readonly T[], word: 'GROUP' | 'ORDER'): readonly T[] {
    if (clauses.length <= mostOrdered) return clauses
    throw fail('MALFORMED_QUERY', `At most ${mostOrdered} fields can stand in ${word} BY`, word)
  }

  function ownersOnly(object: SObject): Condition | undefined {
    const { access } = object
    if (access.to !== 'owner' || viewer.has(access.permission)) return undefined
    const field = findField(object, access.ownerField)
    if (field === undefined) return undefined
    return { kind: 'compare', left: { kind: 'field', path: { via: [], field } }, by: '=', value: viewer.userId }
  }

  // ——— What is selected

  function selectionOf(
    query: Query | Subquery,
    object: SObject,
    names: FromNames,
    isWithin: boolean,
  ): readonly Selected[] {
    let unnamed = 0
    let subqueries = 0
    const taken = new Set<string>()
    const add = (selected: Selected): readonly Selected[] => {
      const name = selected.kind === 'children' ? selected.relationship : fullName(selected)
      if (taken.has(name.toLowerCase()))
        throw fail('INVALID_FIELD', `duplicate field selected: ${name}`, name.split('.').at(-1))
      taken.add(name.toLowerCase())
      return [selected]
    }
    return listOf(query.fields).flatMap((chosen): readonly Selected[] => {
      switch (chosen.type) {
        case 'Field': {
          const path = pathOf(chosen.field, object, names)
          return add({ kind: 'field', path, name: chosen.alias ?? path.field.name })
        }
        case 'FieldRelationship': {
          const path = pathOf([...chosen.relationships, chosen.field].join('.'), object, names, prefixOf(chosen))
          const alias = 'alias' in chosen ? chosen.alias : undefined
          return add({ kind: 'field', path, name: alias ?? path.field.name })
        }
        case 'FieldFunctionExpression': {
          const name = chosen.functionName.toUpperCase()
          if (name === 'FIELDS') return fieldsOf(chosen, object, query.limit).flatMap(add)
          const expression = expressionOf(chosen, object, names)
          const given = chosen.alias
          const display = chosen.rawValue ?? name
          if (expression.kind === 'field') {
            const { path } = expression
            return add({ kind: 'field', path, name: given ?? path.field.name })
          }
          return add({ kind: 'value', expression, name: given ?? `expr${unnamed++}`, display })
        }
        case 'FieldSubquery':
          if (isWithin) throw fail('MALFORMED_QUERY', 'A sub-query cannot have a sub-query of its own')
          if (++subqueries > mostSubqueries) {
            throw fail('MALFORMED_QUERY', `A query cannot have more than ${mostSubqueries} sub-queries`)
          }
          return add(childrenOf(chosen.subquery, object))
        default:
          throw fail('MALFORMED_QUERY', 'TYPEOF is not supported here', 'TYPEOF')
      }
    })
  }

  function childrenOf(subquery: Subquery, object: SObject): Selected {
    const name = subquery.relationshipName
    const child = viewer.schema
      .childrenOf(object)
      .find(({ relationship }) => relationship?.toLowerCase() === name.toLowerCase())
    if (child?.relationship === undefined) {
      throw fail(
        'INVALID_TYPE',
        `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
        name,
      )
    }
    const plan = planOf(subquery, child.object, true)
    if (plan.kind !== 'records') throw fail('MALFORMED_QUERY', 'A sub-query cannot count or group', name)
    return { kind: 'children', relationship: child.relationship, by: child.by, plan }
  }

  function fieldsOf(chosen: FieldFunctionExpression, object: SObject, limit: number | undefined): readonly Selected[] {
    const [which] = chosen.parameters
    const wanted = typeof which === 'string' ? which.toUpperCase() : ''
    if (!['ALL', 'STANDARD', 'CUSTOM'].includes(wanted)) {
      throw fail('MALFORMED_QUERY', `The SOQL FIELDS function takes ALL, STANDARD or CUSTOM`, 'FIELDS')
    }
    if (wanted !== 'STANDARD' && (limit === undefined || limit > mostOfAllFields)) {
      throw fail(
        'MALFORMED_QUERY',
        `The SOQL FIELDS function must have a LIMIT of at most ${mostOfAllFields}`,
        'FIELDS',
      )
    }
    return object.fields
      .filter(({ isCustom }) => wanted === 'ALL' || isCustom === (wanted === 'CUSTOM'))
      .map((field) => ({ kind: 'field', path: { via: [], field }, name: field.name }))
  }

  function checkGroups(selected: readonly Selected[], groupBy: readonly FieldPath[]): void {
    const grouped = new Set(groupBy.map(pathName))
    for (const one of selected) {
      if (one.kind === 'children') throw fail('MALFORMED_QUERY', 'A query that groups cannot have sub-queries')
      if (one.kind === 'field' && !grouped.has(pathName(one.path))) {
        throw fail(
          'MALFORMED_QUERY',
          `Field must be grouped or aggregated: ${one.path.field.name}`,
          one.path.field.name,
        )
      }
    }
  }

  // ——— Expressions

  function expressionOf(called: FieldFunctionExpression | FunctionExp, object: SObject, names: FromNames): Expression {
    const name = called.functionName?.toUpperCase() ?? ''
    const [parameter] = called.parameters ?? []
    if (name === 'COUNT' && parameter === undefined) return { kind: 'aggregate', aggregate: 'COUNT', path: undefined }
    const path = typeof parameter === 'string' ? pathOf(parameter, object, names) : undefined
    if (path === undefined || (called.parameters?.length ?? 0) > 1) throw unknownFunction(called)
    // Nothing here is translated, or shown otherwise than it is stored.
    if (name === 'TOLABEL' || name === 'FORMAT' || name === 'CONVERTCURRENCY') return { kind: 'field', path }
    const aggregate = aggregates.find((one) => one === name)
    if (aggregate === undefined) throw unknownFunction(called)
    const isNumber = ['currency', 'double', 'int', 'percent'].includes(path.field.type)
    const isSortable =
      path.field.type !== 'boolean' && path.field.type !== 'multipicklist' && path.field.type !== 'textarea'
    const isApt = aggregate === 'AVG' || aggregate === 'SUM' ? isNumber : aggregate.startsWith('COUNT') || isSortable
    if (!isApt || !path.field.isFilterable) {
      throw fail(
        'INVALID_FIELD',
        `field ${path.field.name} does not support aggregate operator ${aggregate}`,
        path.field.name,
      )
    }
    return { kind: 'aggregate', aggregate, path }
  }

  function unknownFunction({ functionName }: { readonly functionName?: string | undefined }): Error {
    return fail('MALFORMED_QUERY', `The function '${functionName ?? ''}' is not supported here`, functionName)
  }

  function pathOf(path: string, object: SObject, names: FromNames, prefix?: string, written = path): FieldPath {
    const parts = path.split('.')
    // An alias in front, or the object's own name.
    const named = prefix === undefined && parts.length > 1 ? names.get(parts[0]?.toLowerCase() ?? '') : undefined
    if (named !== undefined && findRelationship(object, parts[0] ?? '') === undefined) parts.splice(0, 1, ...named)
    if (parts.length > longestPath + 1) {
      throw fail('INVALID_FIELD', `Relationships can be followed at most ${longestPath} levels up: ${written}`, written)
    }
    const via: Step[] = []
    let at = object
    for (const relationship of parts.slice(0, -1)) {
      const by = findRelationship(at, relationship)
      const to = by === undefined ? undefined : targetOf(viewer.schema, by)
      if (by === undefined || to === undefined) {
        throw fail(
          'INVALID_FIELD',
          `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
          written,
        )
      }
      via.push({ by, to })
      at = to
      relationships.add([object.name, ...via.map((step) => step.by.name)].join('.'))
      if (relationships.size > mostRelationships) {
        throw fail('MALFORMED_QUERY', `A query cannot have more than ${mostRelationships} relationships`, written)
      }
    }
    const name = parts.at(-1) ?? ''
    const field = findField(at, name)
    if (field === undefined) {
      throw fail(
        'INVALID_FIELD',
        `No such column '${name}' on entity '${at.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
        written,
      )
    }
    return { via, field }
  }

  function groupingOf(query: QueryBase, object: SObject, names: FromNames): readonly FieldPath[] {
    return atMostOrdered(listOf(query.groupBy), 'GROUP').map((clause) => {
      if ('fn' in clause) throw unknownFunction(clause.fn)
      const path = pathOf(clause.field, object, names)
      if (path.field.type === 'textarea' || path.field.type === 'multipicklist') {
        throw fail('MALFORMED_QUERY', `field '${path.field.name}' can not be grouped in a query call`, clause.field)
      }
      return path
    })
  }

  function orderingOf(clause: OrderByClause, object: SObject, names: FromNames): Ordering {
    const by: Expression =
      'fn' in clause
        ? expressionOf(clause.fn, object, names)
        : { kind: 'field', path: pathOf(clause.field, object, names) }
    const field = by.path?.field
    if (field !== undefined && (field.type === 'textarea' || field.type === 'multipicklist' || !field.isFilterable)) {
      throw fail('MALFORMED_QUERY', `field '${field.name}' can not be sorted in a query call`, field.name)
    }
    return { by, isDescending: clause.order === 'DESC', hasNullsLast: clause.nulls === 'LAST' }
  }

  // ——— Conditions

  function whereOf(
    clause: WhereClause | HavingClause,
    object: SObject,
    names: FromNames,
    mayStand: (left: Expression) => boolean,
  ): Condition {
    const mixed = () => fail('MALFORMED_QUERY', 'unexpected token: AND and OR side by side need parentheses')
    const leaf = (condition: soqlParser.Condition | ValueQueryCondition) => {
      const read = leafOf(condition, object, names)
      const left = leftOf(read)
      if (left === undefined || mayStand(left)) return read
      const name = left.path?.field.name ?? 'COUNT()'
      throw fail(
        'MALFORMED_QUERY',
        left.kind === 'field'
          ? `Field must be grouped or aggregated: ${name}`
          : `Aggregates stand in HAVING, not in WHERE: ${name}`,
        left.path?.field.name,
      )
    }
    return conditionTree(clause, leaf, mixed)
  }

  function leafOf(condition: soqlParser.Condition | ValueQueryCondition, object: SObject, names: FromNames): Condition {
    if ('fn' in condition) {
      const left = expressionOf(condition.fn, object, names)
      return compared(left, condition.operator, condition.value, condition.literalType)
    }
    if (!('field' in condition)) throw fail('MALFORMED_QUERY', 'unexpected token: NOT')
    const path = pathOf(condition.field, object, names)
    const { field } = path
    if (!field.isFilterable || field.type === 'textarea') {
      throw fail('INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`, condition.field)
    }
    const left: Expression = { kind: 'field', path }
    if ('valueQuery' in condition) return inQuery(left, path, condition)
    const literalType = 'literalType' in condition ? condition.literalType : undefined
    return compared(left, condition.operator, condition.value, literalType)
  }

  function inQuery(left: Expression, { field }: FieldPath, condition: ValueQueryCondition): Condition {
    const { valueQuery } = condition
    if (field.type !== 'id' && field.type !== 'reference') {
      throw fail(
        'INVALID_QUERY_FILTER_OPERATOR',
        `The left operand of a semi join must be an id or a reference: ${field.name}`,
        condition.field,
      )
    }
    if (isInSemiJoin) {
      throw fail('MALFORMED_QUERY', 'Nesting of semi join sub-selects is not supported', condition.field)
    }
    if (++semiJoins > mostSemiJoins) {
      throw fail('MALFORMED_QUERY', `Maximum ${mostSemiJoins} semi join sub-selects are allowed.`, condition.field)
    }
    isInSemiJoin = true
    const plan = planOf(valueQuery, objectNamed(valueQuery.sObject ?? ''), true)
    isInSemiJoin = false
    const [selected, ...others] = plan.select
    if (selected?.kind !== 'field' || others.length > 0 || plan.kind !== 'records') {
      throw fail('MALFORMED_QUERY', 'A semi join selects exactly one id or reference', valueQuery.sObject)
    }
    const { type } = selected.path.field
    if (type !== 'id' && type !== 'reference') {
      throw fail(
        'MALFORMED_QUERY',
        `The inner select field '${selected.path.field.name}' must be an id or a reference`,
        selected.path.field.name,
      )
    }
    const within: Condition = { kind: 'in-query', left, plan, selected: selected.path }
    return condition.operator === 'NOT IN' ? { kind: 'not', part: within } : within
  }

  function compared(
    left: Expression,
    operator: string,
    value: string | readonly string[],
    literalType: string | readonly string[] | undefined,
  ): Condition {
    const field = left.path?.field
    const values = typeof value === 'string' ? [value] : value
    const typeOf = (place: number): string =>
      typeof literalType === 'string' ? literalType : (literalType?.[place] ?? 'STRING')
    const isCount = left.kind === 'aggregate' && left.aggregate.startsWith('COUNT')
    const readAt = (place: number) =>
      readValue(values[place] ?? '', typeOf(place), isCount || field === undefined ? undefined : field, viewer, fail)
    const single = operator === 'IN' || operator === 'NOT IN' || operator === 'INCLUDES' || operator === 'EXCLUDES'
    if (single !== (typeof value !== 'string'))
      throw fail('MALFORMED_QUERY', `unexpected token: '${operator}'`, operator)
    switch (operator) {
      case 'LIKE': {
        const isText = field !== undefined && textTypes.has(field.type)
        if (!isText || typeof value !== 'string' || literalType !== 'STRING') {
          throw fail(
            'INVALID_QUERY_FILTER_OPERATOR',
            `invalid operator on ${field?.type ?? 'int'} field: LIKE`,
            field?.name,
          )
        }
        return { kind: 'like', left, pattern: patternOf(value) }
      }
      case 'IN':
      case 'NOT IN': {
        const spans = values.map((_, place) => readAt(place))
        const listed = spans.flatMap((read): readonly SqlValue[] => (read.kind === 'value' ? [read.value] : []))
        const parts: Condition[] = spans.flatMap((read) =>
          read.kind === 'value' ? [] : [comparisonOf(left, '=', read)],
        )
        const all: Condition = { kind: 'or', parts: [{ kind: 'in', left, values: listed }, ...parts] }
        return operator === 'IN' ? all : { kind: 'not', part: all }
      }
      case 'INCLUDES':
      case 'EXCLUDES': {
        if (field?.type !== 'multipicklist') {
          throw fail('INVALID_QUERY_FILTER_OPERATOR', `${operator} is for multi-select picklists alone`, field?.name)
        }
        const anyOf = values.map((_, place) => {
          const read = readAt(place)
          return read.kind === 'value' ? String(read.value).split(';') : []
        })
        const includes: Condition = { kind: 'includes', left, anyOf }
        return operator === 'INCLUDES' ? includes : { kind: 'not', part: includes }
      }
      default: {
        const by = operator === '<>' ? '!=' : comparisons.find((one) => one === operator)
        if (by === undefined) throw fail('MALFORMED_QUERY', `unexpected token: '${operator}'`, operator)
        if (by !== '=' && by !== '!=' && field !== undefined && !isCount && unordered.has(field.type)) {
          throw fail(
            'INVALID_QUERY_FILTER_OPERATOR',
            `invalid operator on ${field.type} field: ${field.name}`,
            field.name,
          )
        }
        return comparisonOf(left, by, readAt(0))
      }
    }
  }
}

const aggregates = [
  'AVG',
  'COUNT',
  'COUNT_DISTINCT',
  'MAX',
  'MIN',
  'SUM',
] as const satisfies readonly AggregateFunction[]
const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const
const unordered: ReadonlySet<Field['type']> = new Set(['boolean', 'multipicklist'])
const textTypes: ReadonlySet<Field['type']> = new Set(['email', 'phone', 'picklist', 'string', 'url'])

/** What a condition compares, of which all parts have the same. */
function leftOf(condition: Condition): Expression | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const [first] = condition.parts
      return first === undefined ? undefined : leftOf(first)
    }
    case 'not':
      return leftOf(condition.part)
    default:
      return condition.left
  }
}

/** Whether a group has one value of an expression. */
function isOfGroup(expression: Expression, groupBy: readonly FieldPath[]): boolean {
  if (expression.kind === 'aggregate') return true
  const name = pathName(expression.path)
  return groupBy.some((path) => pathName(path) === name)
}

function both(one: Condition | undefined, other: Condition | undefined): Condition | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return { kind: 'and', parts: [one, other] }
}

function listOf<T>(clauses: T | readonly T[] | undefined): readonly T[] {
  if (clauses === undefined) return []
  return isList(clauses) ? clauses : [clauses]
}

// Array.isArray does not narrow readonly arrays.
function isList<T>(clauses: T | readonly T[]): clauses is readonly T[] {
  return Array.isArray(clauses)
}

function prefixOf(chosen: object): string | undefined {
  return 'objectPrefix' in chosen && typeof chosen.objectPrefix === 'string' ? chosen.objectPrefix : undefined
}

function isCountOfAll({ fields }: QueryBase): boolean {
  const [only] = fields ?? []
  return only?.type === 'FieldFunctionExpression' && only.parameters.length === 0 && only.alias === undefined
}

function pathName({ via, field }: FieldPath): string {
  return [...via.map(({ by }) => by.name), field.name].join('.')
}

function fullName(selected: Exclude<Selected, { kind: 'children' }>): string {
  if (selected.kind === 'value') return selected.name
  return [...selected.path.via.map(({ by }) => by.reference?.relationship ?? by.name), selected.name].join('.')
}
