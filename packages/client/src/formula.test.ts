import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFormula, readTemplate } from './formula.ts'
import { NamedCredentialError } from './named-credential-error.ts'

const now = new Date('2026-11-23T12:00:00Z')
const fields = {
  async find(name: string): Promise<string> {
    return name.toLowerCase() === '$user.id' ? '005000000000001AAA' : `<${name}>`
  },
}
const evaluate = (text: string) => readFormula(text).evaluate(fields, now)

describe('a formula', () => {
  it.each([
    ["'User='+$User.Id", 'User=005000000000001AAA'],
    ["'a' & 1 + 2", 'a12'],
    ['1 + 2 * 3 - -4 / 2', '9'],
    ['(1 + 2) * 3', '9'],
    ['"it\\"s" & \'it\\\'s\'', 'it"sit\'s'],
    ["HTMLENCODE('<a&\"b>')", '&lt;a&amp;&quot;b&gt;'],
    ["BASE64ENCODE('Ada:é')", 'QWRhOsOp'],
    ["urlencode('a b')", 'a%20b'],
    ['NOW() + 1', '2026-11-24T12:00:00.000Z'],
  ])('%s comes to %s', async (text, expected) => {
    expect(await evaluate(text)).toBe(expected)
  })

  it('counts the seconds of the documented claim exp to the second, at any second of a day', async () => {
    const formula = readFormula('Text(FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400 + 120))')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1_700_000_000, max: 4_000_000_000 }), async (seconds) => {
        expect(await formula.evaluate(fields, new Date(seconds * 1000))).toBe(String(seconds + 120))
      }),
    )
  })

  it.each([
    '',
    "'open",
    '1 +',
    '(1',
    '1)',
    '1 2',
    'User.Id',
    'EVAL(1)',
    'constructor(1)',
    'TEXT()',
    'FLOOR("1")',
    '1 / 0',
    "DATETIMEVALUE('today')",
    '$User.Id; 1',
    `${'('.repeat(100)}1${')'.repeat(100)}`,
    '-'.repeat(200),
    `'${'a'.repeat(5000)}'`,
  ])('%j is refused', async (text) => {
    await expect(async () => evaluate(text)).rejects.toMatchObject({
      name: 'NamedCredentialError',
      reason: 'formula-invalid',
    })
  })

  it('is refused as no formula or comes to a text, whatever its letters', async () => {
    const letters = fc.constantFrom(
      "'",
      '"',
      '\\',
      '+',
      '-',
      '*',
      '/',
      '&',
      '(',
      ')',
      ',',
      '1',
      'TEXT',
      '$User.Id',
      ' ',
      'NOW',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { maxLength: 12 }), async (text) => {
        const result = await Promise.resolve(text.join(''))
          .then(evaluate)
          .catch((error: unknown) => error)
        expect(typeof result === 'string' || result instanceof NamedCredentialError).toBe(true)
      }),
    )
  })
})

describe('a text with formulas', () => {
  it('evaluates each where it stands, with braces in its own texts', async () => {
    const template = readTemplate("Key {!'}' & $User.Id}; {!1}")
    expect(await template.evaluate(fields, now)).toBe('Key }005000000000001AAA; 1')
    expect(template.fields).toEqual(['$User.Id'])
    expect(await readTemplate('https://login.salesforce.com').evaluate(fields, now)).toBe(
      'https://login.salesforce.com',
    )
  })

  it('is refused when a formula is not closed', () => {
    expect(() => readTemplate('a {!$User.Id')).toThrow('not closed')
  })
})
