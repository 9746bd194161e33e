import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../src/encoding.ts'
import { TokenError } from '../src/token-error.ts'
import { readTokenResponse, type TokenQuestion } from '../src/token-response.ts'

const question: TokenQuestion = {
  tokenEndpoint: new URL('https://login.salesforce.com/services/oauth2/token'),
  grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  audience: 'https://wrong.example',
  needsInstanceUrl: true,
  isBound: false,
  now: new Date('2026-11-23T12:00:00Z'),
}

const whole = {
  access_token: '00D000000000001!AQ0AQ',
  instance_url: 'https://acme.my.salesforce.com/',
  id: 'https://login.salesforce.com/id/00D/005',
  token_type: 'Bearer',
  scope: 'api refresh_token',
  issued_at: '1764000000000',
}

function read(value: unknown, status = 200, headers: Record<string, string> = {}, asked: Partial<TokenQuestion> = {}) {
  const body = utf8(typeof value === 'string' ? value : JSON.stringify(value))
  return readTokenResponse({ status, statusText: '', headers: new Headers(headers), body }, { ...question, ...asked })
}

function refusal(value: unknown, status = 400, headers: Record<string, string> = {}): TokenError {
  try {
    read(value, status, headers)
  } catch (error) {
    if (error instanceof TokenError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('what a token endpoint answers', () => {
  it('is read whole', () => {
    expect(read(whole)).toMatchObject({
      accessToken: '00D000000000001!AQ0AQ',
      instanceUrl: 'https://acme.my.salesforce.com',
      scope: ['api', 'refresh_token'],
      issuedAt: new Date(1764000000000),
      issuedAtText: '1764000000000',
      expiresAt: undefined,
      refreshToken: undefined,
    })
  })

  it('expires by our clock where it says for how long it lives', () => {
    expect(read({ ...whole, expires_in: 7200 }).expiresAt).toEqual(new Date('2026-11-23T14:00:00Z'))
    expect(read({ ...whole, expires_in: '60' }).expiresAt).toEqual(new Date('2026-11-23T12:01:00Z'))
  })

  it('may do without instance_url only where nobody needs one', () => {
    const { instance_url, ...without } = whole
    expect(() => read(without)).toThrow('no instance_url')
    expect(read(without, 200, {}, { needsInstanceUrl: false }).instanceUrl).toBeUndefined()
  })

  it.each([
    ['a page', '<html>Maintenance</html>', 200, /answered with a page/],
    ['half an answer', '{"access_token":"00D', 200, /cut off/],
    ['nothing', '', 200, /no JSON/],
    ['a token of another kind', { ...whole, token_type: 'MAC' }, 200, /of the type MAC/],
    ['a token that would break a header', { ...whole, access_token: 'a\r\nb' }, 200, /no header may have/],
    ['an API by http', { ...whole, instance_url: 'http://acme.example' }, 200, /no https URL/],
    ['an API with a user in it', { ...whole, instance_url: 'https://a:b@acme.example' }, 200, /no https URL/],
    ['no token', { id: 'x' }, 200, /no access token/],
    ['a list', [whole], 200, /no JSON/],
    ['a fault of its own', '<html>500</html>', 500, /fault of its own/],
  ])('is unusable when it is %s', (_, value, status, words) => {
    const error = refusal(value, status)
    expect(error).toMatchObject({ error: 'unusable_answer', status })
    expect(error.explanation?.meaning).toMatch(words)
  })

  it('that sends elsewhere is not followed, and says where', () => {
    const error = refusal('', 302, { location: 'https://login.salesforce.com/other?secret=1' })
    expect(error.message).toContain('login.salesforce.com')
    expect(error.message).not.toContain('secret')
  })

  it('is either a token or a TokenError, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 200, max: 599 }), (text, status) => {
        try {
          expect(read(text, status).accessToken).toMatch(/./)
        } catch (error) {
          expect(error).toBeInstanceOf(TokenError)
        }
      }),
    )
  })
})

describe('a refusal', () => {
  it('says what was answered, what it means and what to do, and keeps the request id', () => {
    const error = refusal({ error: 'invalid_grant', error_description: "user hasn't approved this consumer" }, 400, {
      'x-request-id': 'r-1',
      'x-sallyport-cause': 'not-approved',
    })
    expect(error).toMatchObject({
      error: 'invalid_grant',
      errorDescription: "user hasn't approved this consumer",
      status: 400,
      requestId: 'r-1',
    })
    expect(error.message).toMatch(
      /^invalid_grant: user hasn't approved this consumer\. The user has not let this app in/,
    )
    expect(error.explanation).toMatchObject({ cause: 'not-approved' })
    expect(error.explanation?.whatToDo[0]).toContain('pre-authorized')
  })

  it.each([
    ['invalid_grant', 'audience is invalid', 'https://wrong.example'],
    ['app_not_found', 'External client app is not installed in this org', 'not installed in the org'],
    ['redirect_uri_mismatch', 'redirect_uri must match configuration', 'character by character'],
    ['invalid_request', 'missing required code challenge', 'PKCE'],
    ['invalid_grant', 'invalid code verifier', 'code_challenge'],
    ['OAUTH_APP_BLOCKED', 'this app is blocked by admin', 'blocked'],
    ['invalid_client', 'app must be installed into org', 'not installed'],
    ['invalid_grant', 'expired access/refresh token', 'rotates'],
    ['invalid_grant', 'ip restricted', 'address'],
    ['invalid_grant', 'request not supported on this domain', 'My Domain'],
    ['invalid_grant', 'no client credentials user enabled', 'Run As'],
    ['invalid_grant', 'invalid assertion', 'Another key signed the assertion'],
    ['invalid_grant', 'expired authorization code', 'exp of the assertion'],
    ['unsupported_grant_type', 'grant type not supported', 'form'],
    ['invalid_client', 'invalid client credentials', 'secret'],
    ['invalid_app_access', 'user is not admin approved to access this app', 'admin'],
    ['invalid_client_id', 'client identifier invalid', 'consumer key'],
  ])('is explained: %s, %s', (error, description, words) => {
    expect(refusal({ error, error_description: description }).explanation?.meaning).toContain(words)
  })

  it('that nobody here knows is passed on as it is, with the cause if the server names one', () => {
    expect(refusal({ error: 'new_error' }).explanation).toBeUndefined()
    expect(refusal({ error: 'new_error' }, 400, { 'x-sallyport-cause': 'why' }).explanation?.meaning).toContain('why')
  })
})
