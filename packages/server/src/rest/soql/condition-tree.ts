import type * as soqlParser from '@jetstreamapp/soql-parser-js'
import type { HavingClause, ValueQueryCondition, WhereClause } from '@jetstreamapp/soql-parser-js'
import type { Condition, Expression, SqlValue } from './plan.ts'

type Leaf = soqlParser.Condition | ValueQueryCondition
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | { readonly leaf: Leaf }

/**
 * The tree of a WHERE or HAVING. The parser gives a chain, in which every member says how many parentheses open before
 * and close after it; AND and OR side by side without parentheses are an error in SOQL.
 * @throws what `mixedAt` makes of how many of the two stand before it, for that error
 */
export function conditionTree(
  clause: WhereClause | HavingClause,
  leafOf: (leaf: Leaf) => Condition,
  mixedAt: (operator: number) => Error,
): Condition {
  const tokens = tokensOf(clause)
  let place = 0
  let operators = 0
  return expression()

  function expression(): Condition {
    const parts = [operand()]
    let by: 'AND' | 'OR' | undefined
    for (;;) {
      const token = tokens[place]
      if (token !== 'AND' && token !== 'OR') break
      if (by !== undefined && by !== token) throw mixedAt(operators)
      by = token
      place++
      operators++
      parts.push(operand())
    }
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    return by === 'OR' ? anyOf(parts) : { kind: 'and', parts }
  }

  function operand(): Condition {
    const token = tokens[place++]
    if (token === 'NOT') return { kind: 'not', part: operand() }
    if (token === '(') {
      const inner = expression()
      place++
      return inner
    }
    if (token === undefined || typeof token === 'string') throw mixedAt(operators)
    return leafOf(token.leaf)
  }
}

/** One of several conditions; values that the same thing may have are one list, as if they had been written with IN. */
function anyOf(parts: readonly Condition[]): Condition {
  const lists = new Map<string, { readonly left: Expression; readonly values: SqlValue[] }>()
  const others: Condition[] = []
  for (const part of parts) {
    const isList = part.kind === 'in' || (part.kind === 'compare' && part.by === '=')
    if (!isList) {
      others.push(part)
      continue
    }
    const key = keyOf(part.left)
    const list = lists.get(key) ?? { left: part.left, values: [] }
    lists.set(key, list)
    list.values.push(...(part.kind === 'in' ? part.values : [part.value]))
  }
  const listed = [...lists.values()].map((list): Condition => ({ kind: 'in', ...list }))
  return { kind: 'or', parts: [...listed, ...others] }
}

function keyOf(left: Expression): string {
  const path = left.path === undefined ? [] : [...left.path.via.map(({ by }) => by.name), left.path.field.name]
  return [left.kind === 'aggregate' ? left.aggregate : '', ...path].join('.')
}

function tokensOf(clause: WhereClause | HavingClause): readonly Token[] {
  const tokens: Token[] = []
  for (let at: WhereClause | HavingClause | undefined = clause; at !== undefined; ) {
    const { left } = at
    if (left !== null) {
      for (let open = (('openParen' in left) && left.openParen) || 0; open > 0; open--) tokens.push('(')
      if ('field' in left || 'fn' in left) tokens.push({ leaf: left })
      for (let close = (('closeParen' in left) && left.closeParen) || 0; close > 0; close--) tokens.push(')')
    }
    if (!('operator' in at)) break
    tokens.push(at.operator)
    at = at.right
  }
  return tokens
}
