import { describe, expect, it } from 'vitest'
import { addresses } from './address.ts'
import { defaultOrgSettings, type Org } from './org.ts'

const acme: Org = {
  id: '00D000000000001AAA',
  name: 'Acme',
  type: 'production',
  isActive: true,
  myDomain: 'acme',
  port: undefined,
  epoch: 0,
  settings: defaultOrgSettings,
  createdAt: new Date('2026-11-23T12:00:00Z'),
}

const orgs = {
  findByMyDomain: async (label: string) => (label === 'acme' ? acme : undefined),
  findByPort: async () => undefined,
}

describe('the site of a Host header', () => {
  it.each([
    ['https://auth.example', 'acme.my.auth.example:443', 'https://acme.my.auth.example'],
    ['http://auth.example', 'acme.my.auth.example:80', 'http://acme.my.auth.example'],
    ['https://auth.example:8443', 'acme.my.auth.example:8443', 'https://acme.my.auth.example:8443'],
  ])('at %s is that of the org, with the port that goes without saying or not: %s', async (mainUrl, host, base) => {
    const { siteOf } = addresses(mainUrl, [], orgs)
    expect(await siteOf(host)).toEqual({ base, org: acme, loginBase: mainUrl })
  })

  it.each([
    ['https://auth.example', 'acme.my.auth.example:80'],
    ['https://auth.example', 'acme.my.auth.example:8443'],
    ['https://auth.example:8443', 'acme.my.auth.example'],
  ])('at %s is the login host where the port is another: %s', async (mainUrl, host) => {
    const { siteOf } = addresses(mainUrl, [], orgs)
    expect((await siteOf(host)).org).toBeUndefined()
  })
})
