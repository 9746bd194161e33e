import { expect, it } from 'vitest'
import { readSubject } from './certificate-subject.ts'
import { KeyStoreError } from './key-store-error.ts'

const acme = [
  ['C', 'US'],
  ['O', 'Acme, Inc.'],
  ['CN', 'orgA'],
]

it('reads a subject with commas, and one with slashes as OpenSSL has it', () => {
  expect(readSubject('C=US, O=Acme\\, Inc., CN=orgA')).toEqual(acme)
  expect(readSubject('/C=US/O=Acme, Inc./CN=orgA')).toEqual(acme)
  expect(readSubject('/CN=a\\/b/1.2.3=x=y')).toEqual([
    ['CN', 'a/b'],
    ['1.2.3', 'x=y'],
  ])
})

it('refuses what is no part of a subject', () => {
  for (const text of ['', 'orgA', 'CN=', 'XX=1', '=', 'C=US,']) {
    expect(() => readSubject(text), text).toThrow(expect.objectContaining({ code: 'name-not-acceptable' }))
    expect(() => readSubject(text), text).toThrow(KeyStoreError)
  }
})
