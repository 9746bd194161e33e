import { expect, it } from 'vitest'
import { resourcesOf } from './resources.ts'

const identity = 'https://login.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV'

it('names the resources that exist, each with its path', () => {
  const path = '/services/data/v67.0'
  expect(resourcesOf('67.0', identity)).toEqual({
    chatter: `${path}/chatter`,
    composite: `${path}/composite`,
    identity,
    limits: `${path}/limits`,
    query: `${path}/query`,
    queryAll: `${path}/queryAll`,
    recent: `${path}/recent`,
    search: `${path}/search`,
    sobjects: `${path}/sobjects`,
    tooling: `${path}/tooling`,
  })
})

it('names no limits in versions that had none', () => {
  expect(Object.keys(resourcesOf('28.0', identity))).not.toContain('limits')
})
