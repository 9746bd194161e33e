import { describe, expect, it } from 'vitest'
import { clueOfFuture, clueOfPast } from './time-clue.ts'

const now = '2026-03-01T12:00:00.000Z'
const seconds = Date.parse(now) / 1000
const instant = (at: number) => new Date(at * 1000).toISOString()

describe('why an instant lies in the past', () => {
  it.each([
    ['minutes since 1970', instant(Math.floor(seconds / 60) + 3), 'You wrote exp in minutes since 1970.'],
    ['hours since 1970', instant(Math.floor(seconds / 3600)), 'You wrote exp in hours since 1970.'],
    ['days since 1970', instant(Math.floor(seconds / 86_400)), 'You wrote exp in days since 1970.'],
    ['a length of time', instant(180), 'You wrote a length of time (180 seconds) into exp.'],
    ['nothing', instant(0), 'You wrote a length of time (0 seconds) into exp.'],
    ['a slow clock', instant(seconds - 240), 'your clock is slow'],
    ['local time', instant(seconds - 2 * 3600 + 180), 'close to 2 hours off'],
    ['an old assertion', instant(seconds - 86_400 * 3), 'The assertion was made long ago.'],
    ['what no calendar holds', '-99999999999999', 'Write exp in seconds since 1970'],
    ['no number at all', 'soon', 'Write exp in seconds since 1970'],
  ])('%s', (_, found, clue) => {
    expect(clueOfPast('exp', found, now)).toContain(clue)
  })
})

describe('why an instant lies too far ahead', () => {
  it.each([
    ['milliseconds', instant((seconds + 180) * 1000), 'You wrote exp in milliseconds.'],
    ['microseconds', String((seconds + 180) * 1_000_000), 'You wrote exp in microseconds.'],
    ['a fast clock', instant(seconds + 400), 'Your clock is likely fast.'],
    ['local time', instant(seconds + 5 * 3600), 'close to 5 hours off'],
    ['something else', instant(seconds + 86_400 * 400), 'Write exp in seconds since 1970'],
    ['nothing', '', 'Write exp in seconds since 1970'],
  ])('%s', (_, found, clue) => {
    expect(clueOfFuture('exp', found, now)).toContain(clue)
  })
})
