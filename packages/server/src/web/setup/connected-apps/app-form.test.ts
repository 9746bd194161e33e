import { describe, expect, it } from 'vitest'
import { defaultPolicies } from '../../../connected-apps/connected-app.ts'
import type { Fields } from '../form.tsx'
import { appFields, externalAppFields, newAppFields } from './app-form.tsx'
import { appSections } from './app-sections.tsx'
import { policyFields } from './policy-form.tsx'

const carried = ['seenCertificate', 'checkCertificate']

describe('the form of a connected app', () => {
  it('has each setting in one section, where View shows it, too', () => {
    const inSections = appSections.flatMap(({ fields }) => fields)
    const asked = Object.keys(appFields).filter((name) => !carried.includes(name))
    expect(inSections.toSorted()).toEqual(asked.toSorted())
  })

  it('has the sections that Salesforce has, each once', () => {
    const titles = appSections.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
    expect(titles.slice(0, 2)).toEqual(['Basic Information', 'API (Enable OAuth Settings)'])
  })
})

const policies = { ...defaultPolicies, appId: '0H4', orgId: '00D' }
const kinds = {
  'a connected app': { ...newAppFields, ...policyFields({ external: undefined }, policies) },
  'an external client app': {
    ...newAppFields,
    ...externalAppFields,
    ...policyFields({ external: { distributionState: 'Local' } }, policies),
  },
} satisfies Readonly<Record<string, Fields>>

describe.each(Object.entries<Fields>(kinds))('each field of %s and of its policies', (_kind, fields) => {
  const asked = Object.entries(fields).filter(([, { shape }]) => shape !== 'fixed')

  it.each(asked.filter(([name]) => !carried.includes(name)))('says what it does: %s', (_name, { label, help = '' }) => {
    expect(help).toMatch(/^[A-Z0-9“].*[.!?)]$/)
    // A sentence says more than a name does, and does not end with it.
    expect(help.split(' ').length).toBeGreaterThan(label.split(' ').length + 2)
  })

  it('is explained in words of its own', () => {
    const helps = asked.flatMap(([, { help }]) => help ?? [])
    expect(new Set(helps).size).toBe(helps.length)
  })
})
