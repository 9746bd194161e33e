import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyText } from '../../../test/any-text.ts'
import { isUniqueName, uniqueNameFrom } from './certificate-name.ts'

it('takes letters, digits and single underscores, beginning with a letter', () => {
  for (const name of ['a', 'orga_jwt', 'OrgA_2', 'x'.repeat(80)])
    expect([name, isUniqueName(name)]).toEqual([name, true])
  for (const name of ['', '1', '_a', 'a_', 'a__b', 'org a', 'org-a', 'é', 'a\n', 'x'.repeat(81)]) {
    expect([name, isUniqueName(name)]).toEqual([name, false])
  }
})

it('finds the unique name nearest to an alias', () => {
  expect(uniqueNameFrom('Org A Cert É')).toBe('org_a_cert_e')
  expect(uniqueNameFrom('my-cert.2')).toBe('my_cert_2')
  expect(uniqueNameFrom('1')).toBe('certificate_1')
  expect(uniqueNameFrom('ключ')).toBe('certificate')
})

it('finds one for every text', () => {
  fc.assert(fc.property(anyText(), (text) => isUniqueName(uniqueNameFrom(text))))
})
