import { describe, expect, it } from 'vitest'
import { apiVersions, latestVersion, readApiVersion, requireVersion } from './versions.ts'

describe('apiVersions', () => {
  it("runs from Winter '11 to Summer '26 with the labels of the releases", () => {
    expect(apiVersions[0]).toEqual({ label: "Winter '11", url: '/services/data/v20.0', version: '20.0' })
    expect(apiVersions.at(-1)).toEqual({ label: "Summer '26", url: '/services/data/v67.0', version: '67.0' })
    expect(apiVersions).toHaveLength(48)
    expect(apiVersions).toContainEqual({ label: "Winter '12", url: '/services/data/v23.0', version: '23.0' })
    expect(apiVersions).toContainEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' })
    expect(apiVersions).toContainEqual({ label: "Spring '21", url: '/services/data/v51.0', version: '51.0' })
  })

  it('has the newest version where clients look for it: the greatest as text', () => {
    expect(
      apiVersions
        .map(({ version }) => version)
        .sort()
        .at(-1),
    ).toBe('67.0')
    expect(latestVersion).toBe('67.0')
  })
})

describe('readApiVersion', () => {
  it('reads any version of the list', () => {
    expect(apiVersions.map(({ url }) => readApiVersion(url.slice('/services/data/'.length)))).toEqual(
      apiVersions.map(({ version }) => version),
    )
  })

  it.each(['v68.0', 'v19.0', 'v67', '67.0', 'v67.1', 'v067.0', 'V67.0', '', 'v', 'v67.0/'])(
    'knows no %j',
    (segment) => {
      expect(() => readApiVersion(segment)).toThrow('The requested resource does not exist')
    },
  )
})

it('hides what came with a later version', () => {
  expect(() => requireVersion('31.0', '32.0')).toThrow('The requested resource does not exist')
  expect(() => requireVersion('32.0', '32.0')).not.toThrow()
})
