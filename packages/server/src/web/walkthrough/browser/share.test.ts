import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nothingFound } from '../flow.ts'
import { readLink, type Shared, writeLink } from './share.ts'

const values = { ...nothingFound, client_secret: 'SECRET0123456789', access_token: '00D000000000001!AQtoken' }
const shared: Shared = {
  flow: 'jwt-bearer',
  consumerKey: '3MVG9key',
  username: 'ada@acme.example',
  step: 'token',
  broken: 'wrong-audience',
  edits: { token: 'POST /services/oauth2/token\n\nassertion={{assertion}}' },
  header: '{"alg":"RS256"}',
  claims: '{"aud":"https://wrong.example","name":"Ünïcode"}',
}

describe('a link to a walk', () => {
  it('comes back with choices and changes', () => {
    expect(readLink(writeLink(shared, values))).toEqual(shared)
  })

  it('holds no secret, whatever was changed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom(values.client_secret, values.access_token),
        (before, after, secret) => {
          const text = `${before}${secret}${after}`
          const link = writeLink(
            { ...shared, edits: { token: text }, claims: text, header: text, username: text },
            values,
          )
          const json = new TextDecoder().decode(Uint8Array.from(Buffer.from(link, 'base64url')))
          expect(json).not.toContain(secret)
        },
      ),
    )
  })

  it('is nothing, and breaks nothing, when somebody made it up', () => {
    fc.assert(fc.property(fc.string(), (text) => void readLink(text)))
    fc.assert(
      fc.property(fc.json(), (json) => {
        const link = readLink(Buffer.from(json).toString('base64url'))
        expect(link === undefined || ['web-server', 'jwt-bearer'].includes(link.flow)).toBe(true)
      }),
    )
    expect(readLink('a'.repeat(20_000))).toBeUndefined()
    const odd = { flow: 'web-server', step: 7, broken: 'the server', edits: { token: 1, other: 'x' }, claims: {} }
    expect(readLink(Buffer.from(JSON.stringify(odd)).toString('base64url'))).toEqual({
      flow: 'web-server',
      consumerKey: '',
      username: '',
      step: undefined,
      broken: undefined,
      edits: {},
      header: undefined,
      claims: undefined,
    })
  })
})
