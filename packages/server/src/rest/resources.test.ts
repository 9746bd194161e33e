import { expect, it } from 'vitest'
import { resourcesOf } from './resources.ts'

const identity = 'https://mycompany.my.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV'

it('names the resources that exist, each with its path', () => {
  expect(resourcesOf('67.0', identity)).toEqual({
    limits: '/services/data/v67.0/limits',
    identity: 'https://mycompany.my.salesforce.com/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV',
    sobjects: '/services/data/v67.0/sobjects',
  })
})

it('names no limits in versions that had none', () => {
  expect(Object.keys(resourcesOf('28.0', identity))).toEqual(['identity', 'sobjects'])
})
