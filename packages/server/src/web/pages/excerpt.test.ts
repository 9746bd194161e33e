import { expect, it } from 'vitest'
import { excerpt } from './excerpt.ts'

it('leaves short text as it is', () => {
  expect(excerpt('Edge Communications & Söhne', 80)).toBe('Edge Communications & Söhne')
})

it('cuts long text to the length asked for, and shows that it did', () => {
  expect(excerpt('a'.repeat(81), 80)).toBe(`${'a'.repeat(79)}…`)
  expect(excerpt('a'.repeat(80), 80)).toBe('a'.repeat(80))
})

it('never cuts through a character as people see them', () => {
  expect(excerpt('ab👩‍👩‍👧‍👦cd', 6)).toBe('ab…')
  expect(excerpt(`e${'\u0301'.repeat(500)}`, 10)).toBe('…')
})

it('makes one line of many', () => {
  expect(excerpt('Warehouse \u200B\u202E by Acme', 80)).toBe('Warehouse by Acme')
  expect(excerpt('  Warehouse\r\n\n\tby Acme\u2028', 80)).toBe('Warehouse by Acme')
})

it('drops what would turn around or hide the text beside it', () => {
  expect(excerpt('Ware\u202Eesuoh\u2066 \u200Bx\u0000\uFEFF', 80)).toBe('Wareesuoh x')
})

it('keeps the joiners that words are spelled with', () => {
  expect(excerpt('می\u200Cخواهم', 80)).toBe('می\u200Cخواهم')
})

it('survives half a surrogate pair', () => {
  expect(excerpt('a\uD83D', 80)).toBe('a\uFFFD')
})
