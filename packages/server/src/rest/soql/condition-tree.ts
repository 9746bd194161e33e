import type * as soqlParser from '@jetstreamapp/soql-parser-js'
import type { HavingClause, ValueQueryCondition, WhereClause } from '@jetstreamapp/soql-parser-js'
import type { Condition } from './plan.ts'

type Leaf = soqlParser.Condition | ValueQueryCondition
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | { readonly leaf: Leaf }

/**
 * The tree of a WHERE or HAVING. The parser gives a chain, in which every member says how many parentheses open before
 * and close after it; AND and OR side by side without parentheses are an error in SOQL.
 * @throws what `mixed` makes, for that error
 */
export function conditionTree(
  clause: WhereClause | HavingClause,
  leafOf: (leaf: Leaf) => Condition,
  mixed: () => Error,
): Condition {
  const tokens = tokensOf(clause)
  let place = 0
  return expression()

  function expression(): Condition {
    const parts = [operand()]
    let by: 'AND' | 'OR' | undefined
    for (;;) {
      const token = tokens[place]
      if (token !== 'AND' && token !== 'OR') break
      if (by !== undefined && by !== token) throw mixed()
      by = token
      place++
      parts.push(operand())
    }
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    return { kind: by === 'OR' ? 'or' : 'and', parts }
  }

  function operand(): Condition {
    const token = tokens[place++]
    if (token === 'NOT') return { kind: 'not', part: operand() }
    if (token === '(') {
      const inner = expression()
      place++
      return inner
    }
    if (token === undefined || typeof token === 'string') throw mixed()
    return leafOf(token.leaf)
  }
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
