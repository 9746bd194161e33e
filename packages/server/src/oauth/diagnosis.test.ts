import { expect, it } from 'vitest'
import { sampleRefusals } from '../../test/refusal-samples.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { diagnose } from './diagnosis.ts'

const entry: JournalEntry = {
  requestId: 'm8k2f0abcdefghij',
  at: new Date('2026-03-01T12:00:00.000Z'),
  endpoint: 'token',
  flow: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  orgId: '00D000000000001AAA',
  appId: '0H4000000000001AAA',
  userId: undefined,
  sourceIp: '127.0.0.1',
  status: 400,
  error: 'invalid_grant',
  passed: [
    { check: 'grant-type', found: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' } },
    { check: 'client-known', found: { app: 'Warehouse' } },
    { check: 'signature' },
    { check: 'expiry', found: { exp: '2026-03-01T12:03:00.000Z' } },
  ],
  refusal: {
    reason: 'audience-unknown',
    facts: { found: ['https://test.salesforce.com'], accepted: ['https://login.salesforce.com'] },
  },
}

it('tells a refused request as a checklist whose last check is crossed and explained', () => {
  expect(diagnose(entry, { org: undefined, app: 'Warehouse', user: undefined })).toEqual({
    requestId: 'm8k2f0abcdefghij',
    at: '2026-03-01T12:00:00.000Z',
    endpoint: 'token',
    flow: 'JWT Bearer Flow',
    org: '00D000000000001AAA',
    app: 'Warehouse',
    user: undefined,
    sourceIp: '127.0.0.1',
    answer: { status: 400, error: 'invalid_grant', description: 'audience is invalid' },
    checks: [
      {
        outcome: 'passed',
        check: 'grant-type',
        title: 'The grant type (grant_type) is offered here',
        found: 'grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer',
      },
      {
        outcome: 'passed',
        check: 'client-known',
        title: 'The app (client_id, or iss of an assertion) is known',
        found: 'app: Warehouse',
      },
      {
        outcome: 'passed',
        check: 'signature',
        title: "The signature was made with the key of the app's certificate",
        found: undefined,
      },
      {
        outcome: 'passed',
        check: 'expiry',
        title: 'The assertion is valid now (exp, nbf, iat)',
        found: 'exp: 2026-03-01T12:03:00.000Z',
      },
      {
        outcome: 'refused',
        check: 'audience',
        title: 'The audience (aud) names this server',
        reason: 'audience-unknown',
        expected: 'https://login.salesforce.com',
        found: '“https://test.salesforce.com”',
        whatToDo:
          'That is the login host of sandboxes, and this org is a production org. Write `"aud": "https://login.salesforce.com"`.',
        whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
      },
    ],
  })
})

it('tells a request that was granted as ticks alone', () => {
  const { answer, checks } = diagnose({ ...entry, status: 200, error: undefined, refusal: undefined })
  expect(answer).toEqual({ status: 200, error: undefined, description: undefined })
  expect(checks.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed'])
})

it('tells a check that was made twice once, and one that failed in the end as failed', () => {
  const passed = [
    { check: 'approved', found: { by: 'the user', scopes: ['api', 'id'] } },
    { check: 'pkce', found: { challenge: true } },
    { check: 'approved', found: { by: 'the user' } },
    { check: 'scope' },
  ]
  const { checks } = diagnose({ ...entry, passed, refusal: { reason: 'scope-missing', facts: scopeFacts } })
  expect(checks.map(({ outcome, check, found }) => [outcome, check, found])).toEqual([
    ['passed', 'pkce', 'challenge: yes'],
    ['passed', 'approved', 'by: the user'],
    ['refused', 'scope', 'one with id'],
  ])
})

const scopeFacts = { needed: 'api', granted: ['id'] }

it('uses the words that the authorize endpoint has of its own', () => {
  const refusal = { reason: 'app-blocked', facts: { app: 'Warehouse', org: 'Acme' } }
  const { answer } = diagnose({ ...entry, status: 302, error: 'OAUTH_APP_BLOCKED', refusal })
  expect(answer).toEqual({ status: 302, error: 'OAUTH_APP_BLOCKED', description: 'this app is blocked by admin' })
})

it('tells what it can of a journal that another version wrote', () => {
  const { checks, answer } = diagnose({
    ...entry,
    passed: [{ check: 'stars-aligned' }],
    refusal: { reason: 'moon-full', facts: { phase: 'full', nights: 2 } },
  })
  expect(answer.description).toBeUndefined()
  expect(checks).toMatchObject([
    { outcome: 'passed', title: 'stars-aligned' },
    { outcome: 'refused', title: 'moon-full', found: 'phase: full, nights: 2' },
  ])
})

it.each(sampleRefusals.map((refusal) => [refusal.reason, refusal] as const))(
  'crosses the check of %s',
  (_, refusal) => {
    const diagnosis = diagnose({ ...entry, refusal })
    expect(diagnosis.checks.at(-1)).toMatchObject({ outcome: 'refused', reason: refusal.reason })
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis)
  },
)
