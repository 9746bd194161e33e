import { describe, expect, it } from 'vitest'
import { closestName, didYouMean } from './closest-name.ts'

describe('closestName', () => {
  it.each([
    ['Refreshtoken', 'RefreshToken'],
    ['RefrehsToken', 'RefreshToken'],
    ['Ap', 'Api'],
    ['OpenId', 'OpenID'],
  ])('takes %s for %s', (typed, meant) => {
    expect(closestName(typed, ['Api', 'Web', 'OpenID', 'RefreshToken'])).toBe(meant)
  })

  it('does not guess when nothing is near', () => {
    expect(closestName('everything', ['Api', 'Web', 'OpenID', 'RefreshToken'])).toBeUndefined()
    expect(didYouMean('everything', [])).toBe('')
  })

  it('asks back in a sentence', () => {
    expect(didYouMean('lable', ['label', 'logoUrl'])).toBe(' Did you mean “label”?')
  })
})
