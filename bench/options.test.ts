import { expect, it } from 'vitest'
import { readOptions } from './options.ts'

it('measures everything unless told otherwise', () => {
  expect(readOptions([])).toEqual({
    rows: [
      'jwt-bearer',
      'jwt-bearer-jti',
      'saml-bearer',
      'saml-assertion',
      'saml-sign-in',
      'code-openid',
      'code',
      'code-jwt',
      'refresh',
      'hybrid-refresh',
      'userinfo',
      'introspection',
      'revocation',
      'client-credentials',
      'dpop',
      'push',
      'password',
      'headless',
      'token-exchange',
      'asset-token',
      'device',
      'record',
      'query',
      'start',
    ],
    targets: ['bare', 'oidc-provider', 'sallyport'],
    seconds: 2,
    rounds: 3,
    connections: 64,
    json: false,
    profile: undefined,
  })
})

it('picks rows and servers by name', () => {
  expect(readOptions(['--only', 'refresh, jwt-bearer', '--targets', 'bare'])).toMatchObject({
    rows: ['jwt-bearer', 'refresh'],
    targets: ['bare'],
  })
})

it.each([
  [['--only', 'refreshing'], '--only does not know refreshing; it knows jwt-bearer, '],
  [['--seconds', 'ten'], '--seconds wants a number above 0, not ten'],
  [['--fast'], "Unknown option '--fast'"],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})

it('leaves everything else aside when asked for help', () => {
  expect(readOptions(['--help', '--only', 'x'])).toBeUndefined()
})
