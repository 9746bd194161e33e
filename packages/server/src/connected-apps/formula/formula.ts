import { didYouMean } from '../../closest-name.ts'
import { functionNames, functions } from './functions.ts'
import { FormulaError, type Word, wordsOf } from './tokens.ts'
import { bounded, isTrue, numberOf, type Value, write } from './values.ts'

/** Gives the value of a merge field, such as `$User.Email`, by its object and field in small letters. */
export type FieldValues = (object: string, field: string) => Value

/** A formula, read: what gives its value. It reads nothing but the fields it names, and always ends. */
export interface Formula {
  evaluate(fields: FieldValues): Value
}

/** What reading a formula came to. */
export type FormulaReading =
  | { readonly ok: true; readonly formula: Formula }
  | { readonly ok: false; readonly problem: string }

type Evaluate = Formula['evaluate']

// As long as Salesforce's, and nobody nests deeper.
const longest = 3900
const deepest = 50

/** The fields that a formula may name, by their objects; `any` where the org decides which there are. */
export type KnownFields = Readonly<Record<string, readonly string[] | 'any'>>

/**
 * Reads a formula of Salesforce's language, as far as custom attributes need it: texts, numbers, merge fields, operators,
 * and functions about texts and conditions. Names are told apart without regard to capitals.
 */
export function readFormula(text: string, known: KnownFields): FormulaReading {
  if (text.length > longest) return { ok: false, problem: `A formula has at most ${longest} characters.` }
  try {
    const reader = readerOf(wordsOf(text), known)
    return { ok: true, formula: { evaluate: reader.whole() } }
  } catch (error) {
    if (error instanceof FormulaError) return { ok: false, problem: error.message }
    throw error
  }
}

// The operators, from those that bind least to those that bind most.
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['=', '==', '<>', '!=', '<', '<=', '>', '>='],
  ['&'],
  ['+', '-'],
  ['*', '/'],
]

const operators: Readonly<Record<string, (left: Value, right: Value) => Value>> = {
  '=': isSame,
  '==': isSame,
  '<>': (left, right) => !isSame(left, right),
  '!=': (left, right) => !isSame(left, right),
  '<': (left, right) => compared(left, right) < 0,
  '<=': (left, right) => compared(left, right) <= 0,
  '>': (left, right) => compared(left, right) > 0,
  '>=': (left, right) => compared(left, right) >= 0,
  '&': (left, right) => bounded(write(left) + write(right)),
  '+': added,
  '-': (left, right) => counted(left, right, (one, other) => one - other),
  '*': (left, right) => counted(left, right, (one, other) => one * other),
  '/': (left, right) => counted(left, right, (one, other) => one / other),
}

function readerOf(words: readonly Word[], known: KnownFields) {
  let place = 0
  let depth = 0

  return { whole }

  function whole(): Evaluate {
    const evaluate = binary(0)
    const rest = word()
    if (rest.kind !== 'end') throw new FormulaError(`“${rest.text}” stands where an operator should`, rest.at)
    return evaluate
  }

  function word(): Word {
    const found = words[place]
    if (found === undefined) throw new Error('The words of a formula have an end.')
    return found
  }

  function takes(sign: string): boolean {
    const { kind, text } = word()
    if (kind !== 'sign' || text !== sign) return false
    place++
    return true
  }

  function binary(level: number): Evaluate {
    const signs = levels[level]
    if (signs === undefined) return unary()
    let left = binary(level + 1)
    for (;;) {
      const { kind, text } = word()
      if (kind !== 'sign' || !signs.includes(text)) return left
      place++
      left = joined(text, left, binary(level + 1))
    }
  }

  function unary(): Evaluate {
    if (takes('-')) {
      const operand = deeper(unary)
      return (fields) => counted(0, operand(fields), (zero, one) => zero - one)
    }
    if (takes('!')) {
      const operand = deeper(unary)
      return (fields) => !isTrue(operand(fields))
    }
    return primary()
  }

  function primary(): Evaluate {
    const { kind, text, at } = word()
    place++
    switch (kind) {
      case 'text':
        return always(text)
      case 'number':
        return always(Number(text))
      case 'field':
        return field(text, at)
      case 'name':
        return named(text, at)
      case 'sign':
        if (text === '(') return parenthesized(at)
    }
    throw new FormulaError(
      text === '' ? 'Something is missing at the end' : `“${text}” stands where a value should`,
      at,
    )
  }

  function parenthesized(at: number): Evaluate {
    const inside = deeper(() => binary(0))
    if (!takes(')')) throw new FormulaError('A parenthesis is not closed', at)
    return inside
  }

  function field(text: string, at: number): Evaluate {
    const [object = '', name = ''] = text.split('.')
    const objects = Object.keys(known)
    const knownObject = objects.find((one) => one.toLowerCase() === object.toLowerCase())
    if (knownObject === undefined) {
      throw new FormulaError(
        `There is no “$${object}”.${didYouMean(object, objects)} It may be one of ${objects.map((one) => `$${one}`).join(', ')}`,
        at,
      )
    }
    const fields = known[knownObject] ?? []
    if (fields !== 'any' && !fields.some((one) => one.toLowerCase() === name.toLowerCase())) {
      throw new FormulaError(
        `“$${knownObject}” has no field “${name}”.${didYouMean(name, fields)} It has ${fields.join(', ')}`,
        at,
      )
    }
    const [keyObject, keyName] = [object.toLowerCase(), name.toLowerCase()]
    return (values) => values(keyObject, keyName)
  }

  function named(name: string, at: number): Evaluate {
    if (name === 'TRUE' || name === 'FALSE') return always(name === 'TRUE')
    if (name === 'NULL') return always(null)
    const called = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (called === undefined) {
      throw new FormulaError(`There is no function “${name}”.${didYouMean(name, functionNames)}`, at)
    }
    if (!takes('(')) throw new FormulaError(`“${name}” is a function: it wants parentheses`, at)
    const values: Evaluate[] = []
    if (!takes(')')) {
      do values.push(deeper(() => binary(0)))
      while (takes(','))
      if (!takes(')')) throw new FormulaError(`The parenthesis of “${name}” is not closed`, at)
    }
    const { least, most = least } = called
    if (values.length < least || values.length > most) {
      const wanted = least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} to ${most}`
      throw new FormulaError(`“${name}” takes ${wanted} values, not ${values.length}`, at)
    }
    return (fields) => called.evaluate(values.map((value) => () => value(fields)))
  }

  function deeper<T>(read: () => T): T {
    if (++depth > deepest) throw new FormulaError('It goes too deep', word().at)
    const found = read()
    depth--
    return found
  }
}

function always(value: Value): Evaluate {
  return () => value
}

function joined(sign: string, left: Evaluate, right: Evaluate): Evaluate {
  if (sign === '||') return (fields) => isTrue(left(fields)) || isTrue(right(fields))
  if (sign === '&&') return (fields) => isTrue(left(fields)) && isTrue(right(fields))
  const operate = operators[sign]
  if (operate === undefined) throw new Error(`There is no operator ${sign}.`)
  return (fields) => operate(left(fields), right(fields))
}

/** Nothing and an empty text are the same, as everywhere at Salesforce. */
function isSame(left: Value, right: Value): boolean {
  return (left ?? '') === (right ?? '')
}

function compared(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [one, other] = [write(left), write(right)]
  return one < other ? -1 : one > other ? 1 : 0
}

function added(left: Value, right: Value): Value {
  if (typeof left === 'string' || typeof right === 'string') return bounded(write(left) + write(right))
  return counted(left, right, (one, other) => one + other)
}

/** A sum with what is no number, or without a result, is nothing. */
function counted(left: Value, right: Value, count: (one: number, other: number) => number): Value {
  const [one, other] = [numberOf(left), numberOf(right)]
  if (one === null || other === null) return null
  const result = count(one, other)
  // A zero has no sign.
  return Number.isFinite(result) ? result + 0 : null
}
