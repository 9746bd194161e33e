import { describe, expect, it } from 'vitest'
import { apiUsage, limitInfo, limitsOf } from './limits.ts'

describe('limitsOf', () => {
  it('counts API requests, and leaves everything else as it is', () => {
    expect(limitsOf('67.0', 12)).toMatchObject({
      DailyApiRequests: { Max: 15000, Remaining: 14988 },
      DailyAsyncApexExecutions: { Max: 250000, Remaining: 250000 },
      PermissionSets: { Max: 1500, Remaining: 1500, CreateCustom: { Max: 1000, Remaining: 1000 } },
    })
    expect(limitsOf('67.0', 99_999)).toMatchObject({ DailyApiRequests: { Max: 15000, Remaining: 0 } })
  })

  it('lists its names in order', () => {
    const names = Object.keys(limitsOf('67.0', 0))
    expect(names).toEqual([...names].sort())
  })

  it('uses the names of the version asked for', () => {
    expect(Object.keys(limitsOf('48.0', 0))).toContain('DailyBulkApiRequests')
    expect(Object.keys(limitsOf('48.0', 0))).not.toContain('DailyBulkApiBatches')
    expect(Object.keys(limitsOf('48.0', 0))).toContain('MonthlyPlatformEventsUsageEntitlement')
    expect(Object.keys(limitsOf('47.0', 0))).toContain('MonthlyPlatformEvents')
    expect(Object.keys(limitsOf('49.0', 0))).toContain('DailyBulkApiBatches')
    expect(Object.keys(limitsOf('55.0', 0))).not.toContain('DailyAsyncApexTests')
    expect(Object.keys(limitsOf('56.0', 0))).toContain('DailyAsyncApexTests')
  })

  it('exists from version 29.0 on', () => {
    expect(() => limitsOf('28.0', 0)).toThrow('The requested resource does not exist')
  })
})

describe('apiUsage', () => {
  it('counts per org and begins again each day', () => {
    const usage = apiUsage()
    const evening = new Date('2026-03-01T23:59:59Z')
    expect(usage.count('acme', evening)).toBe(1)
    expect(usage.count('acme', evening)).toBe(2)
    expect(usage.count('other', evening)).toBe(1)
    expect(usage.count('acme', new Date('2026-03-02T00:00:00Z'))).toBe(1)
  })

  it('is told in a header', () => {
    expect(limitInfo(113)).toBe('api-usage=113/15000')
  })
})
