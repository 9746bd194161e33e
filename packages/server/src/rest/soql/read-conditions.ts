import type * as soqlParser from '@jetstreamapp/soql-parser-js'
import type {
  FieldFunctionExpression,
  FunctionExp,
  HavingClause,
  Query,
  ValueQueryCondition,
  WhereClause,
} from '@jetstreamapp/soql-parser-js'
import type { Field, SObject } from '../object.ts'
import { conditionTree } from './condition-tree.ts'
import type { Condition, Expression, FieldPath, Plan, SqlValue } from './plan.ts'
import type { QueryProblem } from './soql-error.ts'
import { comparisonOf, patternOf, readValue } from './values.ts'

/** Names that FROM gives, in small letters, and the relationships that lead there; none to the object of the query itself. */
export type FromNames = ReadonlyMap<string, readonly string[]>

/** How what stands in conditions is understood. */
interface Needs {
  readonly viewer: { readonly timeZone: string; readonly now: Date }
  pathOf(path: string, object: SObject, names: FromNames): FieldPath
  expressionOf(called: FieldFunctionExpression | FunctionExp, object: SObject, names: FromNames): Expression
  /** The plan of a query that a condition has. */
  innerQuery(query: Query): Plan
  fail(code: QueryProblem, message: string, token?: string): Error
  /** The error for AND and OR side by side. @param operator how many of them stand before it */
  mixedAt(operator: number): Error
}

// Conditions of a query that are queries, together with those within; Salesforce's.
const mostSemiJoins = 2

/** Reads the WHERE and HAVING of one query and of those within it. */
export function conditionReader({ viewer, pathOf, expressionOf, innerQuery, fail, mixedAt }: Needs) {
  let semiJoins = 0
  let isInSemiJoin = false
  return whereOf

  /** @param mayStand whether something can be compared there */
  function whereOf(
    clause: WhereClause | HavingClause,
    object: SObject,
    names: FromNames,
    mayStand: (left: Expression) => boolean,
  ): Condition {
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
    return conditionTree(clause, leaf, mixedAt)
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
    const { valueQuery } = condition
    const plan = innerQuery(valueQuery)
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
