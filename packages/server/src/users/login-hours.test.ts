import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weekdays } from '../time-zone.ts'
import { anyTime, checkLoginHours, dayHoursText, type LoginHours, loginHoursProblems } from './login-hours.ts'

const inParis = { settings: { timeZone: 'Europe/Paris' } }

function isOpen(loginHours: LoginHours, at: string, org = inParis): boolean {
  return checkLoginHours({ name: 'Office', loginHours }, org, new Date(at)) === undefined
}

describe('login hours', () => {
  it('begin with their first minute and end before their last, by the clock of the org', () => {
    const hours: LoginHours = { monday: { from: 480, until: 1080 } }
    // In winter Paris is one hour ahead of UTC.
    const opens = ['06:59:59', '07:00:00', '16:59:59', '17:00:00'].map((time) => isOpen(hours, `2026-11-23T${time}Z`))
    expect(opens).toEqual([false, true, true, false])
    expect(isOpen(hours, '2026-06-22T06:00:00Z')).toBe(true)
  })

  it('leave other days open, and know of midnight', () => {
    const hours: LoginHours = { monday: { from: 0, until: 1440 }, tuesday: { from: 0, until: 0 } }
    expect(isOpen(hours, '2026-11-23T22:59:00Z')).toBe(true)
    expect(isOpen(hours, '2026-11-23T23:00:00Z')).toBe(false)
    expect(isOpen(hours, '2026-11-25T12:00:00Z')).toBe(true)
    expect(isOpen(anyTime, '2026-11-24T12:00:00Z')).toBe(true)
  })

  it('are open at each instant or not, in whatever zone, and one that ends as it begins never is', () => {
    const day = fc.record({ from: fc.nat(23), until: fc.nat(24) }).map(({ from, until }) => ({
      from: Math.min(from, until) * 60,
      until: Math.max(from, until) * 60,
    }))
    const zones = fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Chatham', 'nowhere')
    const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(day, zones, instants, (hours, timeZone, at) => {
        const loginHours = Object.fromEntries(weekdays.map((name) => [name, hours]))
        const refused = checkLoginHours({ name: 'Office', loginHours }, { settings: { timeZone } }, at)
        expect(loginHoursProblems(loginHours)).toEqual([])
        if (hours.from === hours.until) expect(refused?.facts.hours).toMatch(/never$/)
        if (hours.from === 0 && hours.until === 1440) expect(refused).toBeUndefined()
      }),
    )
  })

  it('are full hours of one day', () => {
    const problemOf = (from: number, until: number) => loginHoursProblems({ friday: { from, until } })[0]
    expect(problemOf(30, 60)).toEqual({ field: 'loginHours.friday', message: expect.stringContaining('full hours') })
    expect(problemOf(-60, 60)?.message).toContain('full hours')
    expect(problemOf(0.5, 60)?.message).toContain('full hours')
    expect(problemOf(1440, 1440)?.message).toContain('23:00')
    expect(problemOf(0, 1500)?.message).toContain('24:00')
    expect(problemOf(1080, 480)?.message).toContain('The end is before the begin')
    expect(problemOf(480, 480)).toBeUndefined()
  })

  it('are told as a clock tells them', () => {
    expect(dayHoursText('monday', { from: 480, until: 1440 })).toBe('Monday from 08:00 until 24:00')
    expect(dayHoursText('sunday', { from: 0, until: 0 })).toBe('Sunday never')
  })
})
