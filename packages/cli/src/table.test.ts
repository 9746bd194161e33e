import { describe, expect, it } from 'vitest'
import { details, duration, table } from './table.ts'
import type { Style } from './terminal.ts'

const same = (text: string) => text
const plain: Style = { bold: same, dim: same, green: same, red: same, yellow: same, cyan: same }

describe('table', () => {
  it('makes each column as wide as its widest cell, and leaves no blanks at the end of a line', () => {
    const rows = [
      ['ada', 'System Administrator', 'yes'],
      ['robot', 'Standard User', ''],
    ]
    expect(table(['Name', 'Profile', 'Active'], rows, plain)).toBe(
      'Name   Profile               Active\n' +
        'ada    System Administrator  yes\n' + //
        'robot  Standard User',
    )
  })

  it('prints what a stranger wrote so that it steers no terminal and stays in its line', () => {
    expect(table(['Name'], [['red \u001b[31m, two\nlines, \u202eright to left']], plain)).toBe(
      'Name\nred �[31m, two lines, �right to left',
    )
  })
})

describe('details', () => {
  it('keeps a value of several lines in its column, and leaves out what is unset', () => {
    expect(details({ Name: 'Shop', Phone: undefined, 'Callback URLs': 'https://a\nhttps://b' }, plain)).toBe(
      'Name           Shop\nCallback URLs  https://a\n               https://b',
    )
  })
})

describe('duration', () => {
  it.each([
    [90, '90 s'],
    [120, '2 min'],
    [7200, '2 h'],
    [2_592_000, '30 d'],
  ])('tells %i seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
