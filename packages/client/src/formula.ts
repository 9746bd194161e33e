import { NamedCredentialError } from './named-credential-error.ts'

/** What a formula may name, by its whole name without regard to case: `$Credential.OAuthToken`, `$User.Id`. */
export interface FormulaFields {
  /** @throws {NamedCredentialError} when there is no such field, or it has no value here */
  find(name: string): Promise<string>
}

/** A formula that has been read: `'User='+$User.Id`. */
export interface Formula {
  /** The fields it names, as written. */
  readonly fields: readonly string[]
  /** @throws {NamedCredentialError} `formula-invalid`, when it comes to no text or number */
  evaluate(fields: FormulaFields, now: Date): Promise<string>
}

type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'operation'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Expression[] }

/** Instants are days since 1970, as formulas count with them. */
type Value = string | number | { readonly days: number }

const longest = 4000
const deepest = 32
const millisecondsOfDay = 86_400_000

/**
 * Reads a formula of a claim, a header or a subject. Known are texts, numbers, `+ - * / &`, parentheses, the fields that
 * are given, and the functions TEXT, FLOOR, NOW, DATETIMEVALUE, HTMLENCODE, URLENCODE and BASE64ENCODE: what documented
 * claims and headers are made of. Nothing is executed, and what it costs is bounded by its length.
 * @throws {NamedCredentialError} `formula-invalid`
 */
export function readFormula(text: string): Formula {
  if (text.length > longest) throw invalid(`is longer than ${longest} characters`)
  const tokens = tokensOf(text)
  const fields: string[] = []
  let at = 0
  const expression = readSum(0)
  if (at < tokens.length) throw invalid('goes on after its end')
  return { fields, evaluate: async (values, now) => textOf(await resultOf(expression, values, now)) }

  function readSum(depth: number): Expression {
    if (depth > deepest) throw invalid(`is nested more than ${deepest} deep`)
    let left = readProduct(depth)
    for (let sign = take('+', '-', '&'); sign !== undefined; sign = take('+', '-', '&')) {
      left = { kind: 'operation', sign, left, right: readProduct(depth) }
    }
    return left
  }

  function readProduct(depth: number): Expression {
    let left = readOne(depth)
    for (let sign = take('*', '/'); sign !== undefined; sign = take('*', '/')) {
      left = { kind: 'operation', sign, left, right: readOne(depth) }
    }
    return left
  }

  function readOne(depth: number): Expression {
    if (take('-') !== undefined) return { kind: 'negative', of: readOne(depth + 1) }
    if (take('(') !== undefined) {
      const inner = readSum(depth + 1)
      expect(')')
      return inner
    }
    const token = tokens[at]
    at += 1
    if (token === undefined) throw invalid('ends too early')
    if (token.kind === 'value') return token
    if (token.kind === 'sign') throw invalid('has an operator or a parenthesis where a value should be')
    if (take('(') !== undefined) return { kind: 'call', name: knownFunction(token.name), values: readValues(depth + 1) }
    if (!token.name.startsWith('$')) throw invalid('names a field that does not begin with $')
    fields.push(token.name)
    return { kind: 'field', name: token.name }
  }

  function readValues(depth: number): readonly Expression[] {
    if (take(')') !== undefined) return []
    const values = [readSum(depth)]
    while (take(',') !== undefined) values.push(readSum(depth))
    expect(')')
    return values
  }

  function take(...signs: readonly string[]): string | undefined {
    const token = tokens[at]
    if (token?.kind !== 'sign' || !signs.includes(token.sign)) return undefined
    at += 1
    return token.sign
  }

  function expect(sign: string): void {
    if (take(sign) === undefined) throw invalid(`lacks a ${sign}`)
  }
}

/** A literal, or a formula where there is one in it: `{!…}` may stand anywhere in a claim or a header. */
export interface Template {
  readonly fields: readonly string[]
  evaluate(fields: FormulaFields, now: Date): Promise<string>
}

/** Reads a text with formulas in it.
 *  @throws {NamedCredentialError} `formula-invalid` */
export function readTemplate(text: string): Template {
  const parts: (string | Formula)[] = []
  let at = 0
  for (let start = text.indexOf('{!'); start >= 0; start = text.indexOf('{!', at)) {
    const end = endOfFormula(text, start + 2)
    parts.push(text.slice(at, start), readFormula(text.slice(start + 2, end)))
    at = end + 1
  }
  parts.push(text.slice(at))
  return {
    fields: parts.flatMap((part) => (typeof part === 'string' ? [] : part.fields)),
    async evaluate(fields, now) {
      let result = ''
      for (const part of parts) result += typeof part === 'string' ? part : await part.evaluate(fields, now)
      return result
    },
  }
}

function endOfFormula(text: string, from: number): number {
  let quote: string | undefined
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote !== undefined && character === '\\') at += 1
    else if (quote !== undefined) quote = character === quote ? undefined : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '}') return at
  }
  throw invalid('begins with {! and is not closed by }')
}

type Token =
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'sign'; readonly sign: string }

function tokensOf(text: string): readonly Token[] {
  const shape =
    /\s+|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|(\$?[a-z_]\w*(?:\.[a-z_]\w*)*)|([-+*/&(),])/gisy
  const tokens: Token[] = []
  while (shape.lastIndex < text.length) {
    const found = shape.exec(text)
    if (found === null) throw invalid('has a character that no formula has, or a text that is not closed')
    const [, double, single, number, name, sign] = found
    const literal = double ?? single
    if (literal !== undefined) tokens.push({ kind: 'value', value: literal.replace(/\\(.)/gs, '$1') })
    else if (number !== undefined) tokens.push({ kind: 'value', value: Number(number) })
    else if (name !== undefined) tokens.push({ kind: 'name', name })
    else if (sign !== undefined) tokens.push({ kind: 'sign', sign })
  }
  return tokens
}

const functions: Readonly<Record<string, (values: readonly Value[], now: Date) => Value>> = {
  TEXT: ([value], _now) => textOf(value),
  // A second is 1/86400 of a day, which no binary fraction is: what is this close to a whole number was meant to be one.
  FLOOR: ([value]) => Math.floor(Math.round(numberOf(value) * 1e5) / 1e5),
  NOW: (_values, now) => ({ days: now.getTime() / millisecondsOfDay }),
  DATETIMEVALUE: ([value]) => instantOf(textOf(value)),
  HTMLENCODE: ([value]) => htmlEncoded(textOf(value)),
  URLENCODE: ([value]) => encodeURIComponent(textOf(value)),
  BASE64ENCODE: ([value]) => base64(textOf(value)),
}

function knownFunction(name: string): string {
  const known = name.toUpperCase()
  if (!Object.hasOwn(functions, known)) {
    throw invalid(`calls a function that is not known here. Known are ${Object.keys(functions).join(', ')}`)
  }
  return known
}

async function resultOf(expression: Expression, fields: FormulaFields, now: Date): Promise<Value> {
  switch (expression.kind) {
    case 'value':
      return expression.value
    case 'field':
      return fields.find(expression.name)
    case 'negative':
      return -numberOf(await resultOf(expression.of, fields, now))
    case 'operation': {
      const left = await resultOf(expression.left, fields, now)
      return combined(expression.sign, left, await resultOf(expression.right, fields, now))
    }
    case 'call': {
      const values: Value[] = []
      for (const value of expression.values) values.push(await resultOf(value, fields, now))
      const result = functions[expression.name]?.(values, now)
      if (result === undefined) throw invalid('calls a function that is not known here')
      return result
    }
  }
}

function combined(sign: string, left: Value, right: Value): Value {
  if (sign === '&') return textOf(left) + textOf(right)
  if (sign === '+' && (typeof left === 'string' || typeof right === 'string')) return textOf(left) + textOf(right)
  if (sign === '-' && typeof left === 'object' && typeof right === 'object') return left.days - right.days
  if ((sign === '+' || sign === '-') && typeof left === 'object') {
    return { days: sign === '+' ? left.days + numberOf(right) : left.days - numberOf(right) }
  }
  const [one, other] = [numberOf(left), numberOf(right)]
  if (sign === '+') return one + other
  if (sign === '-') return one - other
  if (sign === '*') return one * other
  if (other === 0) throw invalid('divides by zero')
  return one / other
}

function numberOf(value: Value | undefined): number {
  if (typeof value !== 'number') throw invalid('counts with something that is no number')
  return value
}

function textOf(value: Value | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value === undefined) throw invalid('calls a function without a value')
  return new Date(Math.round(value.days * millisecondsOfDay)).toISOString()
}

function instantOf(text: string): Value {
  const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text)
  const instant = new Date(`${found?.[1]}T${found?.[2]}Z`).getTime()
  if (Number.isNaN(instant)) throw invalid('has a DATETIMEVALUE that is not written as "1970-01-01 00:00:00"')
  return { days: instant / millisecondsOfDay }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in XML and HTML, as the formula function HTMLENCODE gives it. */
export function htmlEncoded(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** The base64 of a text's UTF-8 bytes. */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

function invalid(problem: string): NamedCredentialError {
  return new NamedCredentialError(
    'formula-invalid',
    `A formula of a named credential ${problem}. It is written like {!'User=' & $User.Id}.`,
  )
}
