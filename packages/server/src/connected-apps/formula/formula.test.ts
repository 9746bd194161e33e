import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFormula } from './formula.ts'
import type { Value } from './values.ts'

const known = { User: ['Id', 'Email', 'FirstName', 'Country'], Profile: ['Name'], Permission: 'any' } as const
const values: Readonly<Record<string, Value>> = {
  'user.email': 'ada@acme.example',
  'user.firstname': 'Ada',
  'user.country': null,
  'profile.name': 'System Administrator',
  'permission.approve': true,
}

function resultOf(text: string): Value {
  const reading = readFormula(text, known)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.formula.evaluate((object, field) => values[`${object}.${field}`] ?? null)
}

function problemOf(text: string): string {
  const reading = readFormula(text, known)
  return reading.ok ? 'none' : reading.problem
}

describe('formulas', () => {
  it.each<[string, Value]>([
    ['$User.Email', 'ada@acme.example'],
    ['$USER.EMAIL', 'ada@acme.example'],
    ['"Hello, " & $User.FirstName & "!"', 'Hello, Ada!'],
    ["'it''s' & 'so'".replace("''", "\\'"), "it'sso"],
    ['"a\\"b\\\\c\\n"', 'a"b\\c\n'],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 / 4 - -1', 3.5],
    ['1 / 0', null],
    ['"a" + 1', 'a1'],
    ['1 < 2 && "a" <> "b"', true],
    ['!TRUE || FALSE', false],
    ['IF(ISBLANK($User.Country), "nowhere", $User.Country)', 'nowhere'],
    ['if(contains($Profile.Name, "Admin"), "admin", "user")', 'admin'],
    ['CASE($Profile.Name, "Standard User", "s", "System Administrator", "a", "?")', 'a'],
    ['CASE("x", "y", 1, "z", 2, 3)', 3],
    ['$Permission.Approve', true],
    ['$Permission.Other = NULL', true],
    ['LEFT("abcdef", 2) & MID("abcdef", 3, 2) & RIGHT("abcdef", 2)', 'abcdef'],
    ['FIND("@", $User.Email)', 4],
    ['SUBSTITUTE("a.b.c", ".", "-")', 'a-b-c'],
    ['LPAD("7", 3, "0") & RPAD("x", 2, "-")', '007x-'],
    ['VALUE("12.5") + LEN(TRIM("  ab "))', 14.5],
    ['VALUE("twelve")', null],
    ['BLANKVALUE($User.Country, "FR")', 'FR'],
    ['/* who */ UPPER(LOWER("ABC"))', 'ABC'],
    ['$User.Country = ""', true],
    ['AND(TRUE, 1 = 1, NOT(FALSE))', true],
  ])('%s', (text, expected) => {
    expect(resultOf(text)).toBe(expected)
  })

  it.each([
    ['', 'Something is missing at the end (at character 1).'],
    ['1 +', 'Something is missing at the end (at character 4).'],
    ['"a', 'A text has no quotation mark at its end (at character 1).'],
    ['1 2', '“2” stands where an operator should (at character 3).'],
    ['(1', 'A parenthesis is not closed (at character 1).'],
    ['$User.Emial', '“$User” has no field “Emial”. Did you mean “Email”?'],
    ['$Account.Name', 'There is no “$Account”'],
    ['LEFT("a")', '“LEFT” takes 2 values, not 1 (at character 1).'],
    ['AND()', '“AND” takes at least 1 values, not 0'],
    ['SYSTEM("rm")', 'There is no function “SYSTEM”'],
    ['constructor("x")', 'There is no function “CONSTRUCTOR”'],
    ['a', 'There is no function “A”'],
    ['1 # 2', '“#” means nothing here'],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, 'It goes too deep'],
    ['x'.repeat(4000), 'A formula has at most 3900 characters.'],
  ])('%s is refused with where and why', (text, problem) => {
    expect(problemOf(text)).toContain(problem)
  })

  it('gives back every text that is quoted', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500, unit: 'grapheme' }), (text) => {
        expect(resultOf(`"${text.replaceAll(/["\\]/g, '\\$&')}"`)).toBe(text)
      }),
    )
  })

  it('reads whatever it is given, or says what is wrong, and gives no text that is too long', () => {
    const pieces = fc.constantFrom(
      '$User.Email',
      '"x"',
      '1',
      '(',
      ')',
      ',',
      '&',
      '+',
      '-',
      '*',
      '/',
      '=',
      '<',
      '&&',
      '||',
      '!',
      'IF(',
      'SUBSTITUTE(',
      'RPAD(',
      'TEXT(',
      'CASE(',
      'TRUE',
      'NULL',
      ' ',
      '/*',
      '*/',
      '"',
      '\\',
    )
    const junk = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(pieces, { maxLength: 60 }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(junk, (text) => {
        const reading = readFormula(text, known)
        if (!reading.ok) {
          expect(reading.problem).not.toBe('')
          return
        }
        const value = reading.formula.evaluate(() => 'x'.repeat(300))
        expect(String(value).length).toBeLessThanOrEqual(4000)
      }),
      { numRuns: 2000 },
    )
  })

  it('counts as arithmetic does', () => {
    const number = fc.integer({ min: -999, max: 999 })
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expect(resultOf(`${a} + ${b} * ${c}`)).toBe(a + b * c + 0)
        expect(resultOf(`(${a} - ${b}) * ${c}`)).toBe((a - b) * c + 0)
        expect(resultOf(`${a} - ${b} - ${c}`)).toBe(a - b - c)
        expect(resultOf(`${a} < ${b} || ${b} <= ${a}`)).toBe(true)
      }),
    )
  })

  it('is done in no time, however its texts grow', () => {
    const grows = `${'SUBSTITUTE('.repeat(40)}"aaaaaaaaaa"${',"a","aaaaaaaaaa")'.repeat(40)}`
    const started = performance.now()
    expect(String(resultOf(grows)).length).toBe(4000)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
