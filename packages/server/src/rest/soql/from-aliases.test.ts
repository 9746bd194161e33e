import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutAliases } from './from-aliases.ts'

describe('withoutAliases', () => {
  it('makes aliases blank and says what they lead to, so that every place stays the same', () => {
    const soql = 'SELECT a.Name FROM Contact c, c.Account a, a.Owner o WHERE o.Name = null'
    expect(withoutAliases(soql, soql)).toEqual({
      text: 'SELECT a.Name FROM Contact c                         WHERE o.Name = null',
      aliases: [
        { root: 'c', name: 'a', path: ['Account'], written: 'c.Account' },
        { root: 'c', name: 'o', path: ['Account', 'Owner'], written: 'a.Owner' },
      ],
    })
  })

  it('leaves alone what has none', () => {
    for (const soql of [
      'SELECT Id FROM Account',
      'SELECT Id FROM Account a',
      'SELECT Id FROM Account a, Contact c',
      'SELECT Id FROM Account, (SELECT Id FROM Contacts)',
      'SELECT Id FROM Contact c, c.Account WHERE Id = null',
    ]) {
      expect(withoutAliases(soql, soql)).toEqual({ text: soql, aliases: [] })
    }
  })

  it('answers any text with one as long as it was, and soon', () => {
    const words = fc.constantFrom('FROM', 'c', 'c.Account', ',', ' ', 'a', 'AS', 'WHERE', '(', ')', '.', '\n')
    fc.assert(
      fc.property(fc.array(words, { maxLength: 200 }), (all) => {
        const soql = all.join(' ')
        try {
          expect(withoutAliases(soql, soql).text).toHaveLength(soql.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'RestError' })
        }
      }),
    )
    const long = `SELECT Id FROM Contact c${', c.Account a'.repeat(7000)}`
    const begun = performance.now()
    expect(withoutAliases(long, long).aliases).toHaveLength(7000)
    withoutAliases('FROM '.repeat(20_000), 'FROM '.repeat(20_000))
    withoutAliases(`FROM c ${' '.repeat(90_000)}`, `FROM c ${' '.repeat(90_000)}`)
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})
