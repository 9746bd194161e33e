import { describe, expect, it } from 'vitest'
import { standardUtcOffset } from './time-zone.ts'

const winter = new Date('2026-01-15T12:00:00Z')
const summer = new Date('2026-07-15T12:00:00Z')

describe('standardUtcOffset', () => {
  it('answers milliseconds, the same in summer as in winter', () => {
    expect(standardUtcOffset('America/Los_Angeles', winter)).toBe(-28_800_000)
    expect(standardUtcOffset('America/Los_Angeles', summer)).toBe(-28_800_000)
    expect(standardUtcOffset('Europe/Paris', summer)).toBe(3_600_000)
  })

  it('knows the southern summer and offsets of half an hour', () => {
    expect(standardUtcOffset('Australia/Sydney', winter)).toBe(36_000_000)
    expect(standardUtcOffset('Asia/Kolkata', winter)).toBe(19_800_000)
    expect(standardUtcOffset('America/St_Johns', winter)).toBe(-12_600_000)
  })

  it('takes UTC, and a zone it does not know, for no offset', () => {
    expect(standardUtcOffset('UTC', winter)).toBe(0)
    expect(standardUtcOffset('Middle-earth/Shire', winter)).toBe(0)
  })
})
