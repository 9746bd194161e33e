import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../test/any-text.ts'
import { sampleFacts, sampleRefusals } from '../../test/refusal-samples.ts'
import { isCheckName } from '../journal/checks.ts'
import type { Facts } from '../journal/journal.ts'
import {
  causeHeader,
  type ExplainedReason,
  type ExplainedRefusal,
  type Explanation,
  explain,
  explainedReasons,
  readRefusal,
} from './explanation.ts'
import { reasons } from './refusal.ts'
import { shownConsumerKey } from './shown-consumer-key.ts'

/** The explanation of a reason with its sample facts, some of them changed. */
function explained(reason: ExplainedReason, changed: Facts = {}): Explanation {
  const facts: Facts = sampleFacts[reason]
  const refusal = readRefusal(reason, { ...facts, ...changed })
  if (refusal === undefined) throw new Error(`These are no facts of ${reason}.`)
  return explain(refusal)
}

const now = '2026-03-01T12:00:00.000Z'

describe('every reason', () => {
  it.each(sampleRefusals.map((refusal) => [refusal.reason, refusal] as const))('%s is explained', (_, refusal) => {
    const { check, expected, found, whatToDo, whereInSetup } = explain(refusal)
    expect(isCheckName(check)).toBe(true)
    for (const text of [expected, found, whatToDo, whereInSetup ?? 'Setup > App Manager']) {
      expect(text).not.toMatch(/undefined|null|NaN|\[object|Invalid Date|“”| {2}|\$\{/)
      expect(text.trim()).toBe(text)
      expect(text).not.toBe('')
    }
    expect(whatToDo).toMatch(/[.?)]$/)
    expect(whatToDo).toMatch(/^[A-Z“`(]/)
    expect(whatToDo.split('`')).toHaveLength(2 * Math.floor(whatToDo.split('`').length / 2) + 1)
    expect(whereInSetup ?? 'Setup > ').toMatch(/^Setup > /)
  })

  it('of the OAuth endpoints and of the REST API is there', () => {
    expect(explainedReasons).toEqual(expect.arrayContaining([...reasons, 'resource-unknown', 'permission-missing']))
    expect(new Set(explainedReasons).size).toBe(explainedReasons.length)
  })
})

describe('the flows by SAML', () => {
  it.each<[ExplainedRefusal['reason'], Explanation['check'], string, string]>([
    ['saml-malformed', 'saml-read', 'it has a comment', 'Take it out.'],
    ['saml-unsigned', 'saml-signed', 'none', 'Sign the Assertion itself'],
    ['saml-signature-unfit', 'saml-signed', 'its Reference is to another element', 'one enveloped signature within it'],
    ['saml-algorithm-not-allowed', 'saml-algorithm', 'rsa-sha1', 'this server does not take SHA-1'],
    ['saml-signature-wrong', 'saml-signature', 'does not verify', '(KeyInfo) is never looked at'],
    ['saml-altered', 'saml-signature', 'digest', 'no pretty-printing'],
    ['saml-subject-missing', 'saml-subject', 'no NameID', 'Put the username into `<saml:NameID>`'],
    ['saml-audience-unknown', 'saml-audience', 'https://test.salesforce.com', 'as Audience'],
    ['saml-recipient-unknown', 'saml-recipient', 'http://localhost:8787', 'the very address'],
    ['saml-expiry-missing', 'saml-time', 'neither', 'three minutes ahead'],
    ['saml-expired', 'saml-time', 'NotOnOrAfter 2026-03-01T11:50', 'no code is involved'],
    ['saml-expiry-too-far', 'saml-time', 'NotOnOrAfter 2026-03-01T13:00', 'Three minutes ahead are enough'],
    ['saml-not-yet-valid', 'saml-time', 'NotBefore 2026-03-01T12:10', 'clock'],
    ['saml-replayed', 'not-replayed', '“Warehouse” has used before', 'a new random `ID`'],
    ['saml-profile-unknown', 'grant-type', 'no assertion_type', 'SAML:2.0:profiles:SSO:browser'],
    ['sso-org-unknown', 'sso-settings', 'no so, at the login host', '`?so=`'],
    ['sso-settings-missing', 'sso-settings', 'none', '`sallyport sso-settings create <name> --org Acme'],
    ['saml-issuer-unknown', 'saml-issuer', 'https://idp.example/', 'character by character'],
    ['saml-status-not-success', 'saml-status', 'AuthnFailed', 'refused the sign-in'],
    ['saml-certificate-invalid', 'saml-certificate', 'until 2026-01-01', '`sallyport sso-settings update <name>'],
    ['sso-user-unknown', 'user-known', '“E-4711”', 'Federation ID'],
  ])('explains %s', (reason, check, found, whatToDo) => {
    const explanation = explained(reason)
    expect(explanation.check).toBe(check)
    expect(explanation.found).toContain(found)
    expect(explanation.whatToDo).toContain(whatToDo)
  })

  it.each([
    ['it is encrypted, and nothing here can read it', 'signed and not encrypted'],
    ['it is not base64url', '`+` that is not percent-encoded'],
    ['its outermost element is no SAML 2.0 assertion', 'not a Response around it'],
    ['it has several assertions', 'Send one Assertion'],
    ['its IssueInstant is no time such as 2026-03-01T12:00:00Z', 'times in UTC'],
  ])('has a clue for: %s', (problem, clue) => {
    expect(explained('saml-malformed', { problem }).whatToDo).toContain(clue)
  })
})

describe('the JWT bearer flow', () => {
  it.each<[ExplainedRefusal['reason'], Explanation['check'], string, string]>([
    ['assertion-missing', 'assertion-well-formed', 'no assertion', 'Send it as the form parameter `assertion`'],
    ['assertion-malformed', 'assertion-well-formed', 'it does not have three parts', 'it is encrypted (five parts)'],
    ['algorithm-not-allowed', 'algorithm', '“HS256”', 'choose RS256 and hand the library the key file'],
    ['critical-header-unknown', 'assertion-well-formed', 'crit names b64', 'Take `crit` out of the header'],
    ['issuer-missing', 'client-known', 'no iss', 'Put the Consumer Key of your app into the claim `iss`.'],
    ['client-unknown', 'client-known', '“YOUR_CLIENT_ID”', 'That is the placeholder of an example.'],
    ['certificate-missing', 'certificate', 'none', '`sallyport app update Warehouse --certificate-file app.crt`'],
    ['certificate-not-yet-valid', 'certificate', 'valid from 2026-03-02', 'Wait until then'],
    ['certificate-expired', 'certificate', 'valid until 2026-02-01', 'Make a new certificate'],
    [
      'signature-wrong',
      'signature',
      'does not verify',
      '`openssl x509 -in app.crt -noout -fingerprint -sha256` must print the fingerprint above',
    ],
    [
      'audience-unknown',
      'audience',
      '“https://test.salesforce.com”',
      'this org is a production org. Write `"aud": "https://login.salesforce.com"`.',
    ],
    ['expiry-missing', 'expiry', 'no exp', '`Math.floor(Date.now() / 1000) + 180`'],
    ['expiry-past', 'expiry', 'which is 10 min ago', 'no code is involved'],
    ['expiry-too-far', 'expiry', 'exp +058139', 'You wrote exp in milliseconds.'],
    ['not-yet-valid', 'expiry', 'nbf 2026-03-01T12:05', 'Your clock is likely fast.'],
    ['assertion-replayed', 'not-replayed', '“Warehouse” has used before', 'with a new random `jti`'],
    ['subject-missing', 'user-known', 'no sub', 'Put the username into the claim `sub`'],
    ['user-unknown', 'user-known', '“ada@acme.exmaple”', 'No user on this server has this username.'],
    ['user-of-another-org', 'user-known', 'who is of another org', '`sallyport user show ada@acme.example`'],
    ['user-inactive', 'user-active', 'inactive', '`isActive: true`'],
    ['user-frozen', 'user-active', 'frozen', '`sallyport user unfreeze ada@acme.example`'],
    ['user-locked', 'user-active', 'until 2026-03-01T12:15', '`sallyport user unlock ada@acme.example`'],
    ['org-inactive', 'user-active', 'closed', '`sallyport org apply <file>`'],
    ['ip-restricted', 'address', '203.0.113.7', 'never for the JWT bearer flow'],
    ['app-blocked', 'app-installed', 'blocked', '`sallyport app unblock Warehouse --org Acme`'],
    ['app-not-installed', 'app-installed', 'another org', '`sallyport app install Key0000000000000001 --org Acme`'],
    [
      'not-admin-approved',
      'approved',
      'neither the profile “Standard User”',
      "`sallyport app update Warehouse --profile 'Standard User'`",
    ],
    ['high-assurance-required', 'assurance', 'nobody', 'A server cannot step up'],
    ['api-not-enabled', 'permission', 'neither the profile “Standard User”', '“API Enabled”'],
    ['refresh-scope-missing', 'approved', 'api', '`sallyport app update Warehouse --scope api refresh_token`'],
    ['not-approved', 'approved', '(1) fails: the user has never allowed the app', 'click Allow'],
  ])('explains %s', (reason, check, found, whatToDo) => {
    const explanation = explained(reason)
    expect(explanation.check).toBe(check)
    expect(explanation.found).toContain(found)
    expect(explanation.whatToDo).toContain(whatToDo)
  })

  it('lists the audiences that are accepted', () => {
    expect(explained('audience-unknown').expected).toBe('http://localhost:8787 or https://login.salesforce.com')
  })

  it.each([
    [[], 'The claims have no aud'],
    [['https://login.salesforce.com/'], 'sandbox or scratch org. Write `"aud": "https://test.salesforce.com"`', 'test'],
    [['login.salesforce.com'], "does not stand in for Salesforce's login hosts", 'own'],
    [['Warehouse'], '“Warehouse” is no URL.'],
    [['http://localhost:8788'], 'what differs is the port: yours is “8788”, the other is “8787”'],
    [['https://a.example', 'https://b.example'], "None of your 2 audiences is one of this server's."],
    [['https://other.example'], 'Name the server that the assertion is sent to'],
  ])('says why the audience %j is not accepted', (found, clue, kind = 'login') => {
    const host = kind === 'own' ? [] : [`https://${kind}.salesforce.com`]
    expect(explained('audience-unknown', { found, accepted: ['http://localhost:8787', ...host] }).whatToDo).toContain(
      clue,
    )
  })

  it.each([
    ['approval', '(1) fails: the user has never allowed the app', '`sallyport app usage Warehouse`'],
    ['refresh-scope', '(2) fails: the user has allowed the app, but', 'with `refresh_token` in the scope'],
    ['refresh-token', '(3) fails: the user has allowed the app with', 'the code must have been exchanged'],
    ['live-refresh-token', '(4) fails: the user', '`sallyport app show Warehouse` shows the policy'],
  ] as const)('says which part of the approval is missing: %s', (missing, found, firstStep) => {
    const explanation = explained('not-approved', { missing })
    expect(explanation.found).toContain(found)
    expect(explanation.whatToDo).toContain(firstStep)
    expect(explanation.whatToDo).toContain(
      '`/services/oauth2/authorize?response_type=code&client_id=Key0000000000000001' +
        '&redirect_uri=https%3A%2F%2Fwarehouse.example%2Fcb&scope=refresh_token%20api`',
    )
    expect(explanation.whereInSetup).toBe('Setup > App Manager > Warehouse > Manage > Edit Policies > Permitted Users')
  })

  it('asks in the one-time authorization for scopes that the app has', () => {
    const path = (scopes: readonly string[]) => explained('not-approved', { scopes }).whatToDo
    expect(path(['id', 'full', 'refresh_token'])).toContain('&scope=refresh_token%20api`')
    expect(path(['refresh_token', 'openid'])).toContain('&scope=refresh_token%20openid`')
    expect(path(['refresh_token'])).toContain('&scope=refresh_token%20id`')
  })

  it.each([
    ['', 'nothing', 'The value is empty'],
    [' Key1', '“ Key1”', 'a space or a line break around it'],
    ['"Key1"', '“"Key1"”', 'The quotes around it'],
    ['0H4000000000001AAA', '“0H4000000000001AAA”', "the id of an app's record"],
    ['ada@acme.example', '“ada@acme.example”', 'That looks like a username.'],
    ['https://acme.example', '“https://acme.example”', 'That is a URL.'],
    ['Key%2E1', '“Key%2E1”', 'percent-encoded once too often'],
    ['3MVG9abc', '“3MVG9abc”', 'too short'],
    [`3MVG9${'a'.repeat(80)}`, '“3MVG9', 'set `consumerKey` in the org file'],
    ['Key1', '“Key1”', 'No app on this server has this key'],
  ])('guesses what the consumer key %j is instead', (key, found, clue) => {
    const explanation = explained('client-unknown', { found: key })
    expect(explanation.found).toContain(found)
    expect(explanation.whatToDo).toContain(clue)
  })

  it.each(['0123456789ABCDEF'.repeat(4), '1234567890123456789', ` ${'0123456789abcdef'.repeat(4)}\n`])(
    'does not keep a consumer secret that came as the consumer key: %j',
    (secret) => {
      const found = shownConsumerKey(secret)
      expect(found).toBe('(something that looks like a Consumer Secret)')
      expect(explained('client-unknown', { found }).whatToDo).toMatch(/^Key and secret seem to have changed places\./)
    },
  )

  it.each([
    ['005000000000001AAA', 'That is the id of a user.'],
    ['ada', 'A username has the form of an e-mail address.'],
    ['ada@acme.example\n', 'a space or a line break around it'],
  ])('guesses what the username %j is instead', (found, clue) => {
    expect(explained('user-unknown', { found }).whatToDo).toContain(clue)
  })
})

describe('callback URLs', () => {
  it('names the closest one, the difference, and the command that registers another', () => {
    expect(explained('redirect-uri-mismatch')).toEqual({
      check: 'redirect-uri',
      expected: 'https://warehouse.example/cb or http://127.0.0.1:9999/cb',
      found: 'https://warehouse.example/cb/',
      whatToDo:
        'The closest that is registered is https://warehouse.example/cb. What differs: yours ends in a slash, the ' +
        'other does not. Send exactly what is registered, or register yours too: `sallyport app update Warehouse ' +
        '--callback-url https://warehouse.example/cb http://127.0.0.1:9999/cb https://warehouse.example/cb/`. They are compared letter by letter.',
      whereInSetup: 'Setup > App Manager > Warehouse > Edit > API (Enable OAuth Settings) > Callback URL',
    })
  })

  it('quotes what is pasted into a shell', () => {
    const { whatToDo } = explained('redirect-uri-mismatch', {
      app: "Ada's app",
      found: 'https://x.example/?a=1&b=$(id)',
    })
    expect(whatToDo).toContain(
      "`sallyport app update 'Ada'\\''s app' --callback-url https://warehouse.example/cb http://127.0.0.1:9999/cb 'https://x.example/?a=1&b=$(id)'`",
    )
  })

  it('says that an app has none', () => {
    const { expected, whatToDo } = explained('redirect-uri-mismatch', { registered: [] })
    expect(expected).toBe('a Callback URL of “Warehouse”, which has none')
    expect(whatToDo).toMatch(/^Register the URL on the app: /)
  })

  it('compares the URL of the exchange with that of the authorize request', () => {
    expect(explained('redirect-uri-changed').whatToDo).toContain('the port: yours is “9998”, the other is “9999”')
  })
})

describe('PKCE', () => {
  it.each<[ExplainedRefusal['reason'], string, string]>([
    ['challenge-missing', 'no code_challenge', 'with `code_challenge_method=S256` in the authorize URL'],
    ['challenge-malformed', '44 characters', 'Yours is one too long: the `=` at the end belongs off.'],
    ['challenge-method-unknown', '“plain”', 'Send `code_challenge_method=S256`'],
    ['verifier-missing', 'no code_verifier', 'keep it in the session under the `state`'],
    ['verifier-unexpected', 'a code_verifier', 'Send `code_challenge` and `code_challenge_method=S256`'],
    ['verifier-malformed', 'it has 12 characters', 'base64 has `+`, `/` and `=`, which are not allowed'],
    ['verifier-wrong', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'are not a pair'],
  ])('explains %s', (reason, found, whatToDo) => {
    const explanation = explained(reason)
    expect(explanation.check).toBe('pkce')
    expect(explanation.found).toContain(found)
    expect(explanation.whatToDo).toContain(whatToDo)
  })

  it('names who requires it, and where', () => {
    const pkce = 'Require Proof Key for Code Exchange (PKCE) Extension for Supported Authorization Flows'
    expect(explained('challenge-missing')).toMatchObject({
      expected: 'code_challenge, which the app “Warehouse” requires',
      whereInSetup: `Setup > App Manager > Warehouse > Edit > API (Enable OAuth Settings) > ${pkce}`,
    })
    expect(explained('challenge-missing', { requiredBy: 'the org' })).toMatchObject({
      expected: 'code_challenge, which the org requires',
      whereInSetup: 'Setup > OAuth and OpenID Connect Settings',
    })
  })

  it.each([
    [64, 'hexadecimal'],
    [43, 'base64url has `-` and `_`'],
    [128, 'Yours may be the verifier itself.'],
  ])('guesses from %i characters what the challenge is', (length, clue) => {
    expect(explained('challenge-malformed', { found: length }).whatToDo).toContain(clue)
  })
})

describe('facts of any kind', () => {
  // Each fact of a sample, as anything else of its type.
  const anyRefusal = fc
    .constantFrom(...sampleRefusals)
    .chain(({ reason, facts }) =>
      fc
        .record(
          Object.fromEntries(
            Object.entries(facts).map(([name, fact]) => [
              name,
              typeof fact === 'number' ? fc.nat() : typeof fact === 'string' ? told : fc.array(told, { maxLength: 20 }),
            ]),
          ),
        )
        .map((changed) => ({ reason, facts: changed })),
    )
  const told = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 600 }),
      anyText({ maxLength: 40 }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.date().map(String),
    )
    // A text that says so itself is no fault of ours.
    .filter((text) => !/\[object|NaN/.test(text))

  it('are explained without a fault', () => {
    fc.assert(
      fc.property(anyRefusal, ({ reason, facts }) => {
        const refusal = readRefusal(reason, facts)
        if (refusal === undefined) throw new Error(`${reason} was not read.`)
        const { expected, found, whatToDo } = explain(refusal)
        expect(expected + found + whatToDo).not.toMatch(/\[object|NaN/)
      }),
      { numRuns: 1500 },
    )
  })

  it('fit into one short header line', () => {
    fc.assert(
      fc.property(anyRefusal, ({ reason, facts }) => {
        const refusal = readRefusal(reason, facts)
        if (refusal === undefined) throw new Error(`${reason} was not read.`)
        const header = causeHeader(refusal)
        expect(header).toMatch(/^[ -~]{1,300}$/)
        expect(header.startsWith(`${reason}: `)).toBe(true)
        expect(new Headers({ 'x-sallyport-cause': header }).get('x-sallyport-cause')).toBe(header)
      }),
      { numRuns: 1500 },
    )
  })

  it('are not read where they are none of the reason', () => {
    expect(readRefusal('expiry-past', {})).toBeUndefined()
    expect(readRefusal('audience-unknown', { found: 'text', accepted: ['a'] })).toBeUndefined()
    expect(readRefusal('audience-unknown', { found: [], accepted: true })).toBeUndefined()
    expect(readRefusal('body-too-large', { limit: Number.NaN })).toBeUndefined()
    expect(readRefusal('of-the-future', { found: 'x' })).toBeUndefined()
    expect(readRefusal('constructor', {})).toBeUndefined()
    const anyFacts: fc.Arbitrary<Facts> = fc.dictionary(
      fc.constantFrom('found', 'app', 'user', 'accepted', '__proto__', 'limit'),
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.array(fc.string()), fc.constant(undefined)),
    )
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...explainedReasons), fc.string()), anyFacts, (reason, facts) => {
        const refusal = readRefusal(reason, facts)
        if (refusal !== undefined) explain(refusal)
      }),
    )
  })
})

it('says the cause of a refusal in a header', () => {
  expect(
    causeHeader({ reason: 'expiry-past', facts: { found: '2026-03-01T11:50:00.000Z', now, lateBy: '10 min' } }),
  ).toBe(
    'expiry-past: found exp 2026-03-01T11:50:00.000Z, which is 10 min ago; expected exp after 2026-03-01T12:00:00.000Z, ' +
      'the time here',
  )
})

describe('an external client app', () => {
  it.each<[ExplainedRefusal['reason'], string]>([
    ['certificate-missing', 'Settings > OAuth Settings > '],
    ['challenge-missing', 'Settings > OAuth Settings > '],
    ['client-secret-wrong', 'Settings > OAuth Settings > Consumer Key and Secret'],
    ['not-admin-approved', 'Policies > App Policies > Select Profiles (or Select Permission Sets)'],
    ['run-as-missing', 'Policies > OAuth Policies > Client Credentials Flow > Run As'],
  ])('has the settings that %s is about on the pages of its kind', (reason, place) => {
    const sample = sampleRefusals.find((one) => one.reason === reason)
    if (sample === undefined) throw new Error(reason)
    expect(explain(sample, '0H4000000000001AAA').whereInSetup).toContain('Setup > App Manager > Warehouse')
    expect(explain(sample, '0xI000000000001AAA').whereInSetup).toContain(
      `Setup > External Client App Manager > Warehouse > ${place}`,
    )
  })

  it('has nothing of OAuth on the pages of connected apps', () => {
    const places = sampleRefusals.map((sample) => explain(sample, '0xI000000000001AAA').whereInSetup ?? '')
    expect(places.filter((place) => /Setup > App Manager > [^>]* > (?:Edit > API|View|Manage)/.test(place))).toEqual([])
  })
})
