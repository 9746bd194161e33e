import { describe, expect, it } from 'vitest'
import { consumerKeyOfLogout, decideLogout, type LogoutRequest, readIdTokenHint } from './logout.ts'

const jane = '0055g00000BnX2QAAV'
const warehouse = { callbackUrls: ['https://warehouse.example/cb', 'https://warehouse.example/bye?from=here'] }
const hint = { state: 'valid', userId: jane, consumerKey: 'Warehouse01' } as const
const request: LogoutRequest = {
  hint,
  clientId: undefined,
  postLogoutRedirectUri: 'https://warehouse.example/cb',
  state: 'x 1',
}
const signedIn = { app: warehouse, signedInAs: jane, isConfirmed: false }

describe('decideLogout with a valid hint for the person signed in', () => {
  it('goes back to a registered address, with the state', () => {
    expect(decideLogout(request, signedIn)).toEqual({ go: 'back', url: 'https://warehouse.example/cb?state=x%201' })
  })

  it('goes back without a state when none came', () => {
    expect(decideLogout({ ...request, state: undefined }, signedIn)).toEqual({
      go: 'back',
      url: 'https://warehouse.example/cb',
    })
  })

  it('keeps the query of a registered address', () => {
    const postLogoutRedirectUri = 'https://warehouse.example/bye?from=here'
    expect(decideLogout({ ...request, postLogoutRedirectUri, state: 's' }, signedIn)).toEqual({
      go: 'back',
      url: 'https://warehouse.example/bye?from=here&state=s',
    })
  })

  it('signs out and shows its own page without an address', () => {
    expect(decideLogout({ ...request, postLogoutRedirectUri: undefined }, signedIn)).toEqual({ go: 'signed-out' })
  })

  it.each([
    'https://evil.example/cb',
    'https://warehouse.example/cb/',
    'https://warehouse.example/cb?more=1',
    'https://warehouse.example/cb#fragment',
    'HTTPS://warehouse.example/cb',
    'https://warehouse.example/CB',
    'https://warehouse.example:443/cb',
    'https://warehouse.example/bye',
    'javascript:alert(1)',
    '//warehouse.example/cb',
    '',
  ])('never goes to %j, which is not registered', (postLogoutRedirectUri) => {
    expect(decideLogout({ ...request, postLogoutRedirectUri }, signedIn)).toEqual({ go: 'signed-out' })
  })
})

describe('decideLogout without such a hint', () => {
  const unproven: readonly LogoutRequest[] = [
    { ...request, hint: { state: 'absent' } },
    { ...request, hint: { state: 'absent' }, clientId: 'Warehouse01' },
    { ...request, hint: { state: 'invalid' } },
    { ...request, hint: { state: 'invalid' }, clientId: 'Warehouse01' },
    { ...request, hint: { ...hint, userId: '0055g00000CnX2QAAV' } },
    { ...request, clientId: 'AnotherApp1' },
  ]

  it.each(unproven)('asks the person first (%#)', (asked) => {
    expect(decideLogout(asked, signedIn)).toEqual({ go: 'confirm' })
  })

  it('goes back after the person confirmed, when the app is named', () => {
    const asked: LogoutRequest = { ...request, hint: { state: 'absent' }, clientId: 'Warehouse01', state: undefined }
    expect(decideLogout(asked, { ...signedIn, isConfirmed: true })).toEqual({
      go: 'back',
      url: 'https://warehouse.example/cb',
    })
  })

  it('stays here after the person confirmed, when nothing names the app or the hint is forged', () => {
    const confirmed = { ...signedIn, isConfirmed: true }
    expect(decideLogout({ ...request, hint: { state: 'absent' } }, { ...confirmed, app: undefined })).toEqual({
      go: 'signed-out',
    })
    expect(decideLogout({ ...request, hint: { state: 'invalid' }, clientId: 'Warehouse01' }, confirmed)).toEqual({
      go: 'signed-out',
    })
    expect(decideLogout({ ...request, clientId: 'AnotherApp1' }, confirmed)).toEqual({ go: 'signed-out' })
  })

  it('has nothing to ask when nobody is signed in', () => {
    const nobody = { ...signedIn, signedInAs: undefined }
    expect(decideLogout({ ...request, hint: { state: 'absent' }, postLogoutRedirectUri: undefined }, nobody)).toEqual({
      go: 'signed-out',
    })
    expect(decideLogout(request, nobody)).toMatchObject({ go: 'back' })
  })
})

describe('consumerKeyOfLogout', () => {
  it('takes the app of the hint, or the one named when there is no hint', () => {
    expect(consumerKeyOfLogout(request)).toBe('Warehouse01')
    expect(consumerKeyOfLogout({ ...request, clientId: 'Warehouse01' })).toBe('Warehouse01')
    expect(consumerKeyOfLogout({ ...request, hint: { state: 'absent' }, clientId: 'AnotherApp1' })).toBe('AnotherApp1')
  })
})

describe('readIdTokenHint', () => {
  const verify = async (token: string) =>
    token === 'good'
      ? {
          issuer: 'http://127.0.0.1:8787',
          subject: `http://127.0.0.1:8787/id/00D5g000004ExmPEAS/${jane}`,
          consumerKey: 'W',
        }
      : undefined

  it('tells whom a token of ours was about, whatever name the host had', async () => {
    expect(await readIdTokenHint('good', verify)).toEqual({ state: 'valid', userId: jane, consumerKey: 'W' })
    expect(await readIdTokenHint('bad', verify)).toEqual({ state: 'invalid' })
    expect(await readIdTokenHint(undefined, verify)).toEqual({ state: 'absent' })
  })
})
