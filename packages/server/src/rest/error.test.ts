import { describe, expect, it } from 'vitest'
import { RestError, type RestRefusal } from './error.ts'

describe('RestError', () => {
  const dead = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]
  const missing = [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }]

  it.each<[RestRefusal, number, unknown]>([
    [{ reason: 'token-missing', facts: {} }, 401, dead],
    [{ reason: 'token-unknown', facts: {} }, 401, dead],
    [{ reason: 'token-expired', facts: { issued: '', expired: '' } }, 401, dead],
    [{ reason: 'token-revoked', facts: { issued: '' } }, 401, dead],
    [{ reason: 'token-of-another-org', facts: { org: 'Source' } }, 401, dead],
    [{ reason: 'api-access-controlled', facts: { app: 'Any', org: 'Acme' } }, 401, dead],
    [{ reason: 'user-frozen', facts: { user: 'jane@example.com' } }, 401, dead],
    [
      { reason: 'scope-missing', facts: { needed: 'api', granted: ['id'] } },
      401,
      [{ message: 'This session is not valid for use with the REST API', errorCode: 'INVALID_SESSION_ID' }],
    ],
    [
      { reason: 'authorization-malformed', facts: {} },
      401,
      [{ message: 'INVALID_HEADER_TYPE', errorCode: 'INVALID_AUTH_HEADER' }],
    ],
    [
      { reason: 'api-not-enabled', facts: { user: 'jane@example.com', profile: 'Minimum Access' } },
      403,
      [{ message: 'The REST API is not enabled for this Organization.', errorCode: 'API_DISABLED_FOR_ORG' }],
    ],
    [
      { reason: 'request-limit-exceeded', facts: { limit: 15000 } },
      403,
      [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    ],
    [{ reason: 'resource-unknown', facts: { found: '/services/data/v67.0/nothing' } }, 404, missing],
    [{ reason: 'version-unknown', facts: { found: 'v99.0', newest: '67.0' } }, 404, missing],
    [
      { reason: 'method-not-allowed', facts: { found: 'POST', allowed: ['HEAD', 'GET'] } },
      405,
      [{ message: "HTTP Method 'POST' not allowed. Allowed are HEAD,GET", errorCode: 'METHOD_NOT_ALLOWED' }],
    ],
  ])("answers %j with Salesforce's status and words", (refusal, status, body) => {
    const error = new RestError(refusal)
    expect({ status: error.status, body: error.body }).toEqual({ status, body })
    expect(error.refusal).toBe(refusal)
  })

  it('says with 401 how to come back, and with 405 what is allowed', () => {
    expect(new RestError({ reason: 'token-missing', facts: {} }).headers).toEqual({ 'www-authenticate': 'Token' })
    const facts = { found: 'DELETE', allowed: ['HEAD', 'GET'] }
    expect(new RestError({ reason: 'method-not-allowed', facts }).headers).toEqual({ allow: 'HEAD, GET' })
  })
})
