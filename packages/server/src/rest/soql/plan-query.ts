import type {
  FieldFunctionExpression,
  FunctionExp,
  OrderByClause,
  Query,
  QueryBase,
  Subquery,
} from '@jetstreamapp/soql-parser-js'
import type { UserPermission } from '../../users/profile.ts'
import { findField, findRelationship, type SObject } from '../object.ts'
import { type Schema, targetOf } from '../schema.ts'
import type { AggregateFunction, Condition, Expression, FieldPath, Ordering, Plan, Selected, Step } from './plan.ts'
import { conditionReader, type FromNames } from './read-conditions.ts'
import { readQuery } from './read-query.ts'
import {
  type Clause,
  placeOfClause,
  placeOfOperator,
  type QueryProblem,
  queryError,
  queryErrorAt,
} from './soql-error.ts'

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
// What they may have at most, together with the queries within them: sub-queries, and relationships from a record up. Also
// Salesforce's.
const mostSubqueries = 20
const mostRelationships = 55
const mostOrdered = 32
// Characters at the end in which ALL ROWS is looked for.
const longestSuffix = 100

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
  // The clause of the whole query that is being read: what is wrong in it is looked for there.
  let clause: Clause | undefined
  const start = () => (clause === undefined ? 0 : placeOfClause(text, clause))
  const fail = (code: QueryProblem, message: string, token?: string) => queryError(code, text, message, token, start())
  const relationships = new Set<string>()
  const whereOf = conditionReader({
    viewer,
    pathOf,
    expressionOf,
    innerQuery: (inner) => planOf(inner, objectNamed(inner.sObject ?? ''), true),
    fail,
    mixedAt: (operator) =>
      queryErrorAt(
        'MALFORMED_QUERY',
        text,
        'unexpected token: AND and OR side by side need parentheses',
        placeOfOperator(text, start(), operator),
      ),
  })
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
    const inClause = <T>(name: Clause, read: () => T): T => {
      if (isWithin) return read()
      clause = name
      const found = read()
      clause = undefined
      return found
    }
    const groupBy = inClause('GROUP', () => groupingOf(query, object, names))
    const selected = selectionOf(query, object, names, isWithin)
    const isCount = selected.length === 1 && selected[0]?.kind === 'value' && isCountOfAll(query)
    const hasAggregate = selected.some((one) => one.kind === 'value' && one.expression.kind === 'aggregate')
    const kind = isCount && groupBy.length === 0 ? 'count' : hasAggregate || groupBy.length > 0 ? 'groups' : 'records'
    const isGrouped = (expression: Expression) => kind === 'groups' && isOfGroup(expression, groupBy)
    if (kind === 'groups') checkGroups(selected, groupBy)
    const orderBy = inClause('ORDER', () => {
      const orderings = atMostOrdered(listOf(query.orderBy), 'ORDER').map((one) => orderingOf(one, object, names))
      for (const { by } of orderings) {
        if (kind === 'groups' ? isGrouped(by) : by.kind === 'field') continue
        const name = by.path?.field.name ?? 'COUNT()'
        throw fail('MALFORMED_QUERY', `Ordered field must be grouped or aggregated: ${name}`, 'ORDER')
      }
      return orderings
    })
    const { where: asked, having: askedOfGroups } = query
    const where = both(
      inClause('WHERE', () => asked && whereOf(asked, object, names, (left) => left.kind === 'field')),
      ownersOnly(object),
    )
    const having = inClause('HAVING', () => askedOfGroups && whereOf(askedOfGroups, object, names, isGrouped))
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
}

const aggregates = [
  'AVG',
  'COUNT',
  'COUNT_DISTINCT',
  'MAX',
  'MIN',
  'SUM',
] as const satisfies readonly AggregateFunction[]
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
