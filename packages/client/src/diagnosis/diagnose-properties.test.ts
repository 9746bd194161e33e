import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { diagnoseEvidence } from './diagnose.ts'
import { withoutTokens } from './mask.ts'

const now = new Date('2026-03-01T12:00:00Z')
const diagnosed = (text: string) => JSON.stringify(diagnoseEvidence(text, { now }))

const codes = fc.constantFrom(
  'invalid_grant',
  'invalid_client',
  'invalid_request',
  'invalid_client_id',
  'unsupported_grant_type',
  'x_y',
)
const descriptions = fc.constantFrom(
  'invalid assertion',
  'expired authorization code',
  'authentication failure',
  'something new',
)

/** Secrets as they come: of letters that may stand anywhere, and of any others. */
const secrets = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_~.-]{10,60}$/),
  fc.stringMatching(/^[!-~]{10,40}$/),
  fc.stringMatching(/^00D[A-Za-z0-9]{12}![A-Za-z0-9._]{20,60}$/),
  fc.stringMatching(/^eyJ[A-Za-z0-9_-]{20,40}\.[A-Za-z0-9_-]{20,40}\.[A-Za-z0-9_-]{20,40}$/),
)
const secretFields = fc.constantFrom(
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'password',
  'refresh_token',
  'token',
  'pw',
  'access_token',
)

/** An exchange with a secret in one place, written down in one of the ways there are; the server repeats the secret. */
const written = fc
  .record({
    secret: secrets,
    field: secretFields,
    grant: fc.constantFrom(
      'password',
      'refresh_token',
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    ),
    place: fc.constantFrom('body', 'query', 'basic', 'bearer', 'cookie', 'answer', 'json'),
    form: fc.constantFrom('har', 'curl', 'transcript'),
    code: codes,
    description: descriptions,
    repeats: fc.boolean(),
  })
  .map(({ secret, field, grant, place, form, code, description, repeats }) => {
    const base = 'https://login.salesforce.com/services/oauth2/token'
    const fields = {
      grant_type: grant,
      client_id: '3MVG9Warehouse',
      ...(place === 'body' || place === 'json' ? { [field]: secret } : {}),
    }
    const url = place === 'query' ? `${base}?${new URLSearchParams({ [field]: secret })}` : base
    const headers: Record<string, string> = {
      ...(place === 'basic' ? { Authorization: `Basic ${Buffer.from(`key:${secret}`).toString('base64')}` } : {}),
      ...(place === 'bearer' ? { Authorization: `Bearer ${secret}` } : {}),
      ...(place === 'cookie' ? { Cookie: `sid=${secret}` } : {}),
      'Content-Type': place === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    }
    const body = place === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString()
    const told = repeats ? `${description}: ${secret}` : description
    const answer = JSON.stringify({
      error: code,
      error_description: told,
      ...(place === 'answer' ? { refresh_token: secret } : {}),
    })
    const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
    const pairs = Object.entries(headers)
    const text =
      form === 'har'
        ? JSON.stringify({
            log: {
              entries: [
                {
                  request: {
                    method: 'POST',
                    url,
                    headers: pairs.map(([name, value]) => ({ name, value })),
                    postData: { mimeType: headers['Content-Type'], text: body },
                  },
                  response: { status: 400, headers: [], content: { text: answer } },
                },
              ],
            },
          })
        : form === 'curl'
          ? `curl ${quoted(url)} ${pairs.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`).join(' ')} --data-raw ${quoted(body)}\n${answer}`
          : [
              `POST ${url} HTTP/1.1`,
              ...pairs.map((pair) => pair.join(': ')),
              '',
              body,
              '',
              'HTTP/1.1 400 Bad Request',
              '',
              answer,
            ].join('\n')
    return { secret, text }
  })

describe('whatever text comes', () => {
  it('it never throws, but for one with nothing in it', () => {
    const snippets = fc.constantFrom(
      'curl ',
      "'",
      '"',
      '\\\n',
      '{"error":"',
      '{"log":{"entries":[',
      'HTTP/1.1 400',
      '> ',
      '&',
      '=',
      '%',
      '$(',
      '`',
      '\n',
      '-d ',
      'error=',
      'https://',
      '/services/oauth2/authorize?',
    )
    const text = fc
      .array(fc.oneof(snippets, anyText({ maxLength: 12 })), { maxLength: 40 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (one) => {
        if (one.replace(/^\ufeff/, '').trim() !== '') diagnosed(one)
      }),
      { numRuns: 500 },
    )
  })

  it('any JSON will do for a HAR file', () => {
    const har = fc.record({
      log: fc.record({
        entries: fc.array(fc.oneof(fc.jsonValue(), fc.record({ request: fc.jsonValue(), response: fc.jsonValue() })), {
          maxLength: 4,
        }),
      }),
    })
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), har), (json) => void diagnosed(JSON.stringify(json))),
      { numRuns: 300 },
    )
  })

  it('depth and length cost time in proportion, and no stack', () => {
    expect(diagnosed(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toContain('notUnderstood')
    expect(diagnosed(`curl ${`-d 'a=b' `.repeat(50_000)}`)).toContain('exchanges')
    expect(diagnosed('{\n'.repeat(20_000))).toContain('exchanges')
    expect(
      diagnosed(`${'x'.repeat(1_000_000)}\n{"error":"invalid_grant","error_description":"ip restricted"}`),
    ).toContain('ip-restricted')
  })
})

describe('whatever secret is in it', () => {
  it('it is not in what is shown', () => {
    fc.assert(
      fc.property(written, ({ secret, text }) => {
        const shown = diagnosed(text)
        expect(shown).not.toContain(secret)
        expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1))
        expect(shown).not.toContain(encodeURIComponent(secret))
      }),
      { numRuns: 500 },
    )
  })

  it('tokens, codes and keys are known by their form, even where nobody expected them', () => {
    expect(withoutTokens('invalid token: 00Dxx0000000001!AQcAQ.abc_def')).toBe('invalid token: •••')
    expect(withoutTokens('code aPrxabc%3D%3D and 5Aep861abc')).toBe('code ••• and •••')
    expect(withoutTokens(`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- ${'ab1'.repeat(20)}`)).toBe(
      '••• •••',
    )
    expect(withoutTokens('https://acme.my.salesforce.com/services/oauth2/token')).toBe(
      'https://acme.my.salesforce.com/services/oauth2/token',
    )
  })
})
