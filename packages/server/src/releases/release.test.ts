import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asOf, readDay, readRelease, releaseDay } from './release.ts'
import { isInForce, releaseUpdateNames, releaseUpdates } from './release-updates.ts'

const now = new Date('2026-11-29T12:00:00Z')

describe('a release', () => {
  it.each([
    ['latest', 'latest'],
    ['Latest', 'latest'],
    ['2025-08-31', '2025-08-31'],
    ["Winter '26", "Winter '26"],
    ['winter 26', "Winter '26"],
    ['Summer ’27', "Summer '27"],
    [" Spring  '26 ", "Spring '26"],
  ])('%s is read as %s', (text, release) => {
    expect(readRelease(text)).toBe(release)
  })

  it.each(['', 'yesterday', '2025-02-30', '2025-13-01', '25-01-01', "Autumn '26", "Winter '2026", "Winter '99"])(
    '“%s” is none',
    (text) => {
      expect(readRelease(text)).toBeUndefined()
    },
  )

  it('by name lasts until the next one', () => {
    expect(releaseDay("Winter '26")).toEqual(new Date('2025-10-15T00:00:00Z'))
    expect(asOf("Winter '26", now)).toEqual(new Date('2026-02-14T23:59:59.999Z'))
    expect(asOf("Summer '26", now)).toEqual(new Date('2026-10-14T23:59:59.999Z'))
  })

  it('by day is the whole day', () => {
    expect(asOf('2025-09-02', now)).toEqual(new Date('2025-09-02T23:59:59.999Z'))
    expect(asOf('latest', now)).toBe(now)
  })

  it('is never anything else, whatever is written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const release = readRelease(text)
        if (release !== undefined) expect(readRelease(release)).toBe(release)
      }),
    )
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10)
          expect(readDay(day)?.toISOString().slice(0, 10)).toBe(day)
        },
      ),
    )
  })
})

describe('a release update', () => {
  const settings = { release: 'latest', releaseUpdates: {} }

  it('is in force from its day on', () => {
    const at = (release: string) => isInForce('blockUninstalledApps', { ...settings, release }, now)
    expect(at('2025-09-01')).toBe(false)
    expect(at('2025-09-02')).toBe(true)
    expect(at("Summer '25")).toBe(true)
    expect(at("Spring '25")).toBe(false)
    expect(at('latest')).toBe(true)
  })

  it('comes by itself to an org that behaves as the latest', () => {
    expect(isInForce('endUsernamePasswordFlow', settings, now)).toBe(false)
    expect(isInForce('endUsernamePasswordFlow', settings, new Date('2027-02-20T00:00:00Z'))).toBe(true)
  })

  it('can be switched by itself, whatever the release', () => {
    const early = { release: '2025-01-01', releaseUpdates: { blockUninstalledApps: true, announcePkce: false } }
    expect(isInForce('blockUninstalledApps', early, now)).toBe(true)
    expect(isInForce('announcePkce', { ...early, release: 'latest' }, now)).toBe(false)
  })

  it('of which an org must say so itself waits for that', () => {
    expect(isInForce('blockNewConnectedApps', settings, now)).toBe(false)
    expect(
      isInForce('blockNewConnectedApps', { ...settings, releaseUpdates: { blockNewConnectedApps: true } }, now),
    ).toBe(true)
  })

  it('says what it is, since when, what to do and where that is known from', () => {
    for (const name of releaseUpdateNames) {
      const { date, what, setting, source } = releaseUpdates[name]
      expect([name, what, setting, source].every((text) => text.length > 10)).toBe(true)
      expect(date.getTime()).toBeGreaterThan(new Date('2023-01-01').getTime())
    }
  })
})
