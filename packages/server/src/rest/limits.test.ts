import { describe, expect, it } from 'vitest'
import { limitInfo, limitsOf } from './limits.ts'

describe('limitsOf', () => {
  it('counts API requests, and leaves everything else as it is', () => {
    expect(limitsOf('67.0', { used: 12, limit: 15_000 })).toMatchObject({
      DailyApiRequests: { Max: 15000, Remaining: 14988 },
      DailyAsyncApexExecutions: { Max: 250000, Remaining: 250000 },
      PermissionSets: { Max: 1500, Remaining: 1500, CreateCustom: { Max: 1000, Remaining: 1000 } },
    })
    expect(limitsOf('67.0', { used: 99_999, limit: 15_000 })).toMatchObject({
      DailyApiRequests: { Max: 15000, Remaining: 0 },
    })
  })

  it('lists its names in order', () => {
    const names = Object.keys(limitsOf('67.0', { used: 0, limit: 15_000 }))
    expect(names).toEqual([...names].sort())
  })

  it('uses the names of the version asked for', () => {
    expect(Object.keys(limitsOf('48.0', { used: 0, limit: 15_000 }))).toContain('DailyBulkApiRequests')
    expect(Object.keys(limitsOf('48.0', { used: 0, limit: 15_000 }))).not.toContain('DailyBulkApiBatches')
    expect(Object.keys(limitsOf('48.0', { used: 0, limit: 15_000 }))).toContain('MonthlyPlatformEventsUsageEntitlement')
    expect(Object.keys(limitsOf('47.0', { used: 0, limit: 15_000 }))).toContain('MonthlyPlatformEvents')
    expect(Object.keys(limitsOf('49.0', { used: 0, limit: 15_000 }))).toContain('DailyBulkApiBatches')
    expect(Object.keys(limitsOf('55.0', { used: 0, limit: 15_000 }))).not.toContain('DailyAsyncApexTests')
    expect(Object.keys(limitsOf('56.0', { used: 0, limit: 15_000 }))).toContain('DailyAsyncApexTests')
  })

  it('exists from version 29.0 on', () => {
    expect(() => limitsOf('28.0', { used: 0, limit: 15_000 })).toThrow('The requested resource does not exist')
  })
})

describe('limitInfo', () => {
  it('is told in a header', () => {
    expect(limitInfo({ used: 113, limit: 15_000 })).toBe('api-usage=113/15000')
  })
})
