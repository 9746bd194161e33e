import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayIn, daysOf, startOfDay } from './date-literals.ts'

// A Tuesday.
const today = '2026-11-24'

describe('daysOf', () => {
  it.each([
    ['TODAY', 0, '2026-11-24', '2026-11-25'],
    ['YESTERDAY', 0, '2026-11-23', '2026-11-24'],
    ['TOMORROW', 0, '2026-11-25', '2026-11-26'],
    ['THIS_WEEK', 0, '2026-11-22', '2026-11-29'],
    ['LAST_WEEK', 0, '2026-11-15', '2026-11-22'],
    ['NEXT_MONTH', 0, '2026-12-01', '2027-01-01'],
    ['THIS_QUARTER', 0, '2026-10-01', '2027-01-01'],
    ['LAST_QUARTER', 0, '2026-07-01', '2026-10-01'],
    ['THIS_FISCAL_QUARTER', 0, '2026-10-01', '2027-01-01'],
    ['THIS_YEAR', 0, '2026-01-01', '2027-01-01'],
    ['NEXT_FISCAL_YEAR', 0, '2027-01-01', '2028-01-01'],
    ['LAST_90_DAYS', 0, '2026-08-26', '2026-11-25'],
    ['NEXT_90_DAYS', 0, '2026-11-25', '2027-02-23'],
    ['LAST_N_DAYS:7', 7, '2026-11-17', '2026-11-25'],
    ['NEXT_N_DAYS:7', 7, '2026-11-25', '2026-12-02'],
    ['N_DAYS_AGO:7', 7, '2026-11-17', '2026-11-18'],
    ['LAST_N_MONTHS:2', 2, '2026-09-01', '2026-11-01'],
    ['N_YEARS_AGO:1', 1, '2025-01-01', '2026-01-01'],
    ['NEXT_N_QUARTERS:1', 1, '2027-01-01', '2027-04-01'],
  ])('%s is from day to day', (literal, count, from, to) => {
    expect(daysOf(literal, count, today)).toEqual({ from, to })
  })

  it('knows nothing else, and stays within the years that there are', () => {
    expect(daysOf('LAST_CENTURY', 0, today)).toBeUndefined()
    expect(daysOf('N_YEARS_AGO:999999', 999_999, today)).toEqual({ from: '0001-01-01', to: '0001-01-01' })
    expect(daysOf('NEXT_N_YEARS:999999', 999_999, today)?.to).toBe('9999-12-31')
  })
})

describe('the day somewhere', () => {
  it('begins when it begins there, summer time or not', () => {
    expect(startOfDay('2026-11-24', 'Europe/Paris').toISOString()).toBe('2026-11-23T23:00:00.000Z')
    expect(startOfDay('2026-07-01', 'Europe/Paris').toISOString()).toBe('2026-06-30T22:00:00.000Z')
    expect(startOfDay('2026-03-29', 'Europe/Paris').toISOString()).toBe('2026-03-28T23:00:00.000Z')
    expect(startOfDay('2026-11-24', 'Asia/Kolkata').toISOString()).toBe('2026-11-23T18:30:00.000Z')
    expect(startOfDay('2026-11-24', 'Nowhere/Land').toISOString()).toBe('2026-11-24T00:00:00.000Z')
  })

  it('is the one in which its beginning lies', () => {
    const zone = fc.constantFrom('Europe/Paris', 'America/Los_Angeles', 'Asia/Tokyo', 'Australia/Sydney', 'UTC')
    fc.assert(
      fc.property(
        zone,
        fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
        (timeZone, at) => {
          const day = dayIn(timeZone, at)
          expect(dayIn(timeZone, startOfDay(day, timeZone))).toBe(day)
          expect(startOfDay(day, timeZone).getTime()).toBeLessThanOrEqual(at.getTime())
        },
      ),
    )
  })
})
