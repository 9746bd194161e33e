import { createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { diagnoseEvidence } from './diagnose.ts'

const now = new Date('2026-03-01T12:00:00Z')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function jwt(claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'RS256' }): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
}

const claims = {
  iss: '3MVG9Warehouse',
  sub: 'ada@acme.example',
  aud: 'https://login.salesforce.com',
  exp: now.getTime() / 1000 + 180,
}
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const login = 'https://login.salesforce.com/services/oauth2/token'

/** A command of curl, and what it printed. */
function asked(fields: Record<string, string>, answer: object | undefined, url = login): string {
  const data = Object.entries(fields).map(([name, value]) => `  --data-urlencode '${name}=${value}' \\`)
  return [`$ curl -sS ${url} \\`, ...data, '  -H "Accept: application/json"', answer && JSON.stringify(answer)].join(
    '\n',
  )
}

function error(code: string, error_description?: string) {
  return { error: code, error_description }
}

function first(text: string) {
  const diagnosis = diagnoseEvidence(text, { now })
  const [exchange] = diagnosis.exchanges
  return { diagnosis, exchange, named: exchange?.causes.slice(0, exchange.tied).map(({ cause }) => cause) ?? [] }
}

describe('the traps that newcomers fall into', () => {
  const withJwt = (more: object = {}) => ({ grant_type: bearer, assertion: jwt({ ...claims, ...more }) })

  it.each([
    [
      "1. hasn't approved this consumer",
      asked(withJwt(), error('invalid_grant', "user hasn't approved this consumer")),
      ['not-approved', 'user-unknown', 'user-of-another-org'],
    ],
    [
      '2. audience is invalid',
      asked(withJwt({ aud: 'https://test.salesforce.com' }), error('invalid_grant', 'audience is invalid')),
      ['audience-unknown'],
    ],
    [
      '2. external client app at a login host',
      asked(withJwt(), error('app_not_found', 'External client app is not installed in this org')),
      ['audience-of-all-orgs', 'app-not-in-this-org', 'app-of-one-org'],
    ],
    [
      '3. redirect_uri_mismatch',
      'GET /services/oauth2/authorize?response_type=code&client_id=3MVG9&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%2F HTTP/1.1\nHost: login.salesforce.com\n\nHTTP/1.1 400 Bad Request\n\nerror=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration',
      ['redirect-uri-mismatch'],
    ],
    [
      '4. missing required code challenge',
      'https://app.example/cb?error=invalid_request&error_description=missing+required+code+challenge',
      ['challenge-missing'],
    ],
    [
      '4. invalid code verifier, in base64 instead of base64url',
      asked(
        {
          grant_type: 'authorization_code',
          code: 'aPrxSecret==',
          code_verifier: 'aa+/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=',
        },
        error('invalid_grant', 'invalid code verifier'),
      ),
      ['verifier-malformed'],
    ],
    [
      '5. blocked',
      'Browser came back: http://localhost:1717/OauthRedirect?error=OAUTH_APP_BLOCKED&error_description=this+app+is+blocked+by+admin&state=abc',
      ['app-blocked', 'api-access-controlled'],
    ],
    [
      '5. not installed',
      JSON.stringify(error('invalid_client', 'app must be installed into org')),
      ['app-not-installed'],
    ],
    [
      '5. generic',
      '2026-03-01T12:00:00.0Z OAUTH_APPROVAL_ERROR_GENERIC : An unexpected error has occurred during authentication. Please try again.',
      ['approval-impossible', 'user-api-only'],
    ],
    [
      '6. an old refresh token after rotation',
      [
        asked(
          { grant_type: 'refresh_token', refresh_token: '5AepOldSecret', client_id: '3MVG9' },
          { access_token: '00Dx!a', refresh_token: '5AepNewSecret' },
        ),
        asked(
          { grant_type: 'refresh_token', refresh_token: '5AepOldSecret', client_id: '3MVG9' },
          error('invalid_grant', 'expired access/refresh token'),
        ),
      ].join('\n'),
      [],
    ],
    ['8. ip restricted', JSON.stringify(error('invalid_grant', 'ip restricted')), ['ip-restricted']],
    [
      '9. client credentials at a login host',
      asked(
        { grant_type: 'client_credentials', client_id: '3MVG9', client_secret: 'Hidden1234' },
        error('invalid_grant', 'request not supported on this domain'),
      ),
      ['domain-not-own'],
    ],
    [
      '10. username and password',
      asked(
        { grant_type: 'password', username: 'ada@acme.example', password: 'Hidden1234' },
        error('invalid_grant', 'authentication failure'),
      ),
      [
        'password-flow-off',
        'security-token-missing',
        'password-wrong',
        'security-token-wrong',
        'user-inactive',
        'username-unknown',
        'user-frozen',
        'user-locked',
        'api-not-enabled',
        'org-inactive',
        'login-hours',
        'ip-restricted',
        'api-second-factor-needed',
      ],
    ],
    [
      '11. no run-as user',
      JSON.stringify(error('invalid_grant', 'no client credentials user enabled')),
      ['run-as-missing'],
    ],
    [
      '12. key and certificate',
      asked(withJwt(), error('invalid_grant', 'invalid assertion')),
      ['signature-wrong', 'certificate-missing', 'certificate-expired', 'certificate-not-yet-valid'],
    ],
    ['12. a key that nothing can read', 'Error: error:1E08010C:DECODER routines::unsupported', ['key-unreadable']],
    [
      '13. http instead of https',
      asked(
        { grant_type: 'client_credentials', client_id: '3MVG9', client_secret: 'Hidden1234' },
        error('unsupported_grant_type', 'grant type not supported'),
        'http://acme.my.salesforce.com/services/oauth2/token',
      ),
      ['http-instead-of-https'],
    ],
    [
      '14. JSON instead of a form',
      `curl -X POST ${login} -H 'Content-Type: application/json' -d '{"grant_type":"client_credentials"}'\n${JSON.stringify(error('unsupported_grant_type', 'grant type not supported'))}`,
      ['body-not-form'],
    ],
    [
      '15. the store of the CLI',
      'Error (AuthDecryptError): Failed to decipher auth data. reason: Unsupported state',
      ['store-of-the-cli-broken'],
    ],
  ] as const)('%s', (_, text, expected) => {
    const { named, exchange, diagnosis } = first(text)
    if (expected.length === 0) {
      // The refused one is the second.
      expect(diagnosis.exchanges.map(({ verdict }) => verdict)).toEqual(['granted', 'certain'])
      expect(diagnosis.exchanges[1]?.causes[0]?.cause).toBe('refresh-token-rotated-out')
      return
    }
    expect(named).toEqual(expected)
    expect(exchange?.causes[0]?.whatToDo.length).toBeGreaterThan(0)
    expect(JSON.stringify(diagnosis)).not.toMatch(/Hidden1234|Secret|eyJ/)
  })

  it('7. no refresh token, and why', () => {
    const granted = first(asked(withJwt(), { access_token: '00Dxx0000000001!Hidden', scope: 'api' })).exchange
    expect([granted?.verdict, granted?.notes]).toEqual([
      'granted',
      [expect.stringContaining('never gives a refresh token')],
    ])
    const code = { grant_type: 'authorization_code', code: 'aPrxHidden', client_id: '3MVG9' }
    expect(first(asked(code, { access_token: '00Dxx0000000001!Hidden', scope: 'full' })).exchange?.notes).toEqual([
      expect.stringContaining('full does not include it'),
    ])
  })

  it('name a setting for connected apps and for external client apps', () => {
    const { exchange } = first(
      JSON.stringify(error('invalid_app_access', 'user is not admin approved to access this app')),
    )
    expect(exchange?.causes[0]?.setting).toEqual({
      connectedApp: 'Setup > App Manager > the app > Manage > Manage Profiles (or Manage Permission Sets)',
      externalClientApp:
        'Setup > External Client App Manager > the app > Policies > App Policies > Select Profiles (or Select Permission Sets)',
    })
  })
})

describe('evidence', () => {
  it('may be a request that nobody has answered yet: what it shows by itself is said', () => {
    const { exchange } = first(
      asked({ grant_type: bearer, assertion: jwt({ ...claims, exp: undefined }, { alg: 'HS256' }) }, undefined),
    )
    expect(exchange?.verdict).toBe('foreseen')
    expect(exchange?.causes.map(({ cause }) => cause)).toEqual(['algorithm-not-allowed'])
  })

  it('says nothing of what a shell would have put in', () => {
    const { exchange } = first(
      `curl "$URL/services/oauth2/token" -d grant_type=${bearer} --data-urlencode "assertion=$assertion"\n${JSON.stringify(error('invalid_grant', 'invalid assertion'))}`,
    )
    expect(exchange?.verdict).toBe('one-of')
    expect(exchange?.causes.map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['signature-wrong', 'assertion-malformed']),
    )
  })

  it('may be a transcript of curl -v', () => {
    const { diagnosis } = first(
      [
        "$ curl -v https://acme.my.salesforce.com/services/oauth2/token -d 'grant_type=refresh_token&refresh_token=5AepHidden&client_id=x'",
        '* Connected to acme.my.salesforce.com',
        '> POST /services/oauth2/token HTTP/1.1',
        '> Host: acme.my.salesforce.com',
        '> Content-Type: application/x-www-form-urlencoded',
        '> ',
        '< HTTP/1.1 400 Bad Request',
        '< Date: Sun, 01 Mar 2026 12:00:00 GMT',
        '< ',
        '{"error":"invalid_client_id","error_description":"client identifier invalid"}',
      ].join('\n'),
    )
    expect(diagnosis.exchanges).toHaveLength(1)
    expect(diagnosis.exchanges[0]).toMatchObject({
      status: 400,
      verdict: 'certain',
      causes: [{ cause: 'client-unknown' }, { cause: 'app-just-changed' }],
    })
  })

  it('may be what the Salesforce CLI prints', () => {
    const text = JSON.stringify({
      name: 'JwtAuthError',
      message: 'Error authenticating with JWT. Errors encountered:\ninvalid_grant: audience is invalid',
      exitCode: 1,
    })
    expect(first(text).named).toEqual(['audience-unknown'])
  })

  it('may be a HAR file, whose other requests are passed over', () => {
    const entry = (url: string, status: number, text: string) => ({
      startedDateTime: now.toISOString(),
      request: { method: 'GET', url, headers: [] },
      response: { status, headers: [], content: { text } },
    })
    const har = {
      log: {
        entries: [
          entry('https://app.example/app.js', 200, ''),
          entry(
            'https://acme.my.salesforce.com/services/data/v62.0/limits',
            401,
            '[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]',
          ),
          'nonsense',
        ],
      },
    }
    const { diagnosis, named } = first(JSON.stringify(har))
    expect(named).toEqual(['token-missing'])
    expect(diagnosis.notUnderstood).toEqual(['entry 3 of the HAR file: it has no request with a method and a URL'])
  })

  it('is believed where the server itself names the cause', () => {
    const { exchange } = first(
      'HTTP/1.1 400 Bad Request\nx-request-id: mabcdef123\nx-sallyport-cause: certificate-expired: found one; expected another\n\n{"error":"invalid_grant","error_description":"invalid assertion"}',
    )
    expect(exchange).toMatchObject({
      verdict: 'certain',
      requestId: 'mabcdef123',
      causes: [{ cause: 'certificate-expired', likelihood: 100 }],
    })
  })

  it('says what it could not understand, and invents nothing', () => {
    expect(
      first('curl --magic https://login.salesforce.com/services/oauth2/token -d grant_type=password').diagnosis
        .notUnderstood,
    ).toEqual(['line 1: the option --magic of curl'])
    expect(diagnoseEvidence('{"hello":"world"}').notUnderstood).toHaveLength(1)
    expect(first(JSON.stringify(error('brand_new_error', 'in words of tomorrow'))).exchange?.verdict).toBe('unknown')
    expect(() => diagnoseEvidence('  ')).toThrow('There is nothing in it.')
  })
})
