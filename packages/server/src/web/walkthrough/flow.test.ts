import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Choices,
  claimsOf,
  filled,
  missingIn,
  nothingFound,
  templateOf,
  withoutSecrets,
  withoutValues,
} from './flow.ts'

const choices: Choices = {
  flow: 'web-server',
  consumerKey: '3MVG9key',
  consumerSecret: 'SECRET0123456789',
  callbackUrl: 'http://localhost:8787/walkthrough/callback',
  username: 'ada@acme.example',
}
const values = {
  ...nothingFound,
  code: 'aPrx=code/with+signs==',
  code_verifier: 'verifier-verifier-verifier',
  access_token: '00D000000000001!AQ.token',
  instance_url: 'http://localhost:8789',
  client_secret: choices.consumerSecret,
}

describe('the template of a step', () => {
  it('has the values once they have come: encoded in a form, as they are in a header and a URL', () => {
    const token = filled(templateOf('token', choices, 'http://localhost:8787'), values)
    expect(token).toContain('&code=aPrx%3Dcode%2Fwith%2Bsigns%3D%3D\n')
    expect(token).toContain('&client_secret=SECRET0123456789')
    const api = filled(templateOf('api', choices, 'http://localhost:8787'), values)
    expect(api).toBe(
      'GET http://localhost:8789/services/data/v67.0/sobjects/Account/listviews\nAuthorization: Bearer 00D000000000001!AQ.token',
    )
  })

  it('says what has not come yet, and keeps its name', () => {
    const refresh = templateOf('refresh', choices, 'http://localhost:8787')
    expect(missingIn(refresh, values)).toEqual(['refresh_token'])
    expect(filled(refresh, values)).toContain('refresh_token={{refresh_token}}')
  })

  it('comes back from a text that was filled and changed', () => {
    const template = templateOf('token', choices, 'http://localhost:8787')
    const changed = `${filled(template, values)}\n&format=xml`
    expect(withoutValues(changed, values)).toBe(`${template}\n&format=xml`)
  })

  it('has nobody to hint at when there is no username', () => {
    expect(templateOf('authorize', { ...choices, username: '' }, 'http://localhost:8787')).not.toContain('login_hint')
  })
})

describe('what is shared', () => {
  it('has no known secret in it, wherever it stands, nor any other where a secret belongs', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9!._~-]{8,40}$/)
    const place = fc.constantFrom(
      (text: string) => `POST /t\n\na=1\n&client_secret=${text}\n&b=2`,
      (text: string) => `POST /t?code=${text}&x=1`,
      (text: string) => `GET /t\nAuthorization: Bearer ${text}`,
      (text: string) => `GET /t\nauthorization:Basic ${text}`,
      (text: string) => `POST /t\n\nrefresh_token=${text}`,
      (text: string) => `POST /t\n\nassertion=${text}&x`,
      (text: string) => `POST /t\n\nPassword = ${text}`,
    )
    fc.assert(
      fc.property(place, secret, secret, (put, known, unknown) => {
        const mine = { ...values, access_token: `00D!${known}${known}` }
        expect(withoutSecrets(put(unknown), mine)).not.toContain(unknown)
        expect(withoutSecrets(`nonsense ${mine.access_token} nonsense`, mine)).not.toContain(mine.access_token)
      }),
    )
  })

  it('keeps the names that stand for secrets, and everything else', () => {
    const template = templateOf('token', choices, 'http://localhost:8787')
    expect(withoutSecrets(template, values)).toBe(template)
    expect(withoutSecrets(templateOf('api', choices, ''), values)).toBe(templateOf('api', choices, ''))
  })
})

it('makes a JWT out for three minutes', () => {
  expect(JSON.parse(claimsOf(choices, 'http://localhost:8787', new Date(1_000_000)))).toEqual({
    iss: '3MVG9key',
    sub: 'ada@acme.example',
    aud: 'http://localhost:8787',
    exp: 1180,
  })
})
