import { bounded, isBlank, isTrue, numberOf, type Value, write } from './values.ts'

/** A function of formulas: how many values it takes, and what it makes of them. Each is worked out when it is asked for. */
interface FormulaFunction {
  readonly least: number
  /** As many as `least` unless given. */
  readonly most?: number
  evaluate(values: readonly (() => Value)[]): Value
}

function of(count: number, evaluate: (...values: readonly Value[]) => Value, most = count): FormulaFunction {
  return { least: count, most, evaluate: (values) => evaluate(...values.map((value) => value())) }
}

const aboutText = (change: (text: string) => Value) => of(1, (value = null) => change(write(value)))

/** The functions, by their names in capitals. */
export const functions: Readonly<Record<string, FormulaFunction>> = {
  AND: { least: 1, most: Infinity, evaluate: (values) => values.every((value) => isTrue(value())) },
  OR: { least: 1, most: Infinity, evaluate: (values) => values.some((value) => isTrue(value())) },
  NOT: of(1, (value = null) => !isTrue(value)),
  IF: {
    least: 3,
    evaluate: ([condition, yes, no]) => (condition !== undefined && isTrue(condition()) ? resultOf(yes) : resultOf(no)),
  },
  CASE: {
    least: 4,
    most: Infinity,
    evaluate([subject, ...rest]) {
      const found = write(resultOf(subject))
      const otherwise = rest.length % 2 === 1 ? rest.at(-1) : undefined
      for (let place = 0; place + 1 < rest.length; place += 2) {
        if (write(resultOf(rest[place])) === found) return resultOf(rest[place + 1])
      }
      return resultOf(otherwise)
    },
  },
  ISBLANK: of(1, (value = null) => isBlank(value)),
  ISNULL: of(1, (value = null) => isBlank(value)),
  BLANKVALUE: of(2, (value = null, instead = null) => (isBlank(value) ? instead : value)),
  NULLVALUE: of(2, (value = null, instead = null) => (isBlank(value) ? instead : value)),
  TEXT: of(1, (value = null) => write(value)),
  VALUE: of(1, (value = null) => numberOf(value)),
  UPPER: aboutText((text) => bounded(text.toUpperCase())),
  LOWER: aboutText((text) => bounded(text.toLowerCase())),
  TRIM: aboutText((text) => text.trim()),
  LEN: aboutText((text) => text.length),
  LEFT: of(2, (text = null, count = null) => write(text).slice(0, wholeOf(count))),
  RIGHT: of(2, (text = null, count = null) => {
    const length = wholeOf(count)
    return length === 0 ? '' : write(text).slice(-length)
  }),
  MID: of(3, (text = null, start = null, count = null) => {
    const from = Math.max(0, wholeOf(start) - 1)
    return write(text).slice(from, from + wholeOf(count))
  }),
  FIND: of(
    2,
    (part = null, text = null, start = 1) => write(text).indexOf(write(part), Math.max(0, wholeOf(start) - 1)) + 1,
    3,
  ),
  BEGINS: of(2, (text = null, part = null) => write(text).startsWith(write(part))),
  CONTAINS: of(2, (text = null, part = null) => write(text).includes(write(part))),
  SUBSTITUTE: of(3, (text = null, old = null, instead = null) => substituted(write(text), write(old), write(instead))),
  LPAD: of(2, (text = null, length = null, pad = ' ') => padded(write(text), length, write(pad), 'start'), 3),
  RPAD: of(2, (text = null, length = null, pad = ' ') => padded(write(text), length, write(pad), 'end'), 3),
}

/** What the functions are called. */
export const functionNames: readonly string[] = Object.keys(functions)

function resultOf(value: (() => Value) | undefined): Value {
  return value === undefined ? null : value()
}

// As long as a text may be at most.
const most = 4000

function wholeOf(value: Value): number {
  return Math.min(most, Math.max(0, Math.trunc(numberOf(value) ?? 0)))
}

function padded(text: string, to: Value, pad: string, side: 'start' | 'end'): string {
  const length = wholeOf(to)
  if (text.length >= length) return text.slice(0, length)
  return side === 'start' ? text.padStart(length, pad) : text.padEnd(length, pad)
}

/** Every occurrence replaced; what is longer than a text may be is cut before it is built. */
function substituted(text: string, old: string, instead: string): string {
  if (old === '') return text
  let result = ''
  for (let place = 0; result.length < most; ) {
    const found = text.indexOf(old, place)
    if (found < 0) return bounded(result + text.slice(place))
    result += text.slice(place, found) + instead
    place = found + old.length
  }
  return bounded(result)
}
