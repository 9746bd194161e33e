import { beforeEach, describe, expect, it } from 'vitest'
import type { AnsweredRequest } from './meter.ts'
import { type PrometheusMeter, prometheusMeter } from './prometheus.ts'

let meter: PrometheusMeter
beforeEach(() => {
  meter = prometheusMeter()
  meter.watch('expiry_lag_seconds', 'Lag.', () => 3)
})

const answered: AnsweredRequest = {
  endpoint: 'token',
  flow: 'password',
  outcome: 'passed',
  reason: undefined,
  requestId: 'one',
  method: 'POST',
  status: 200,
  at: new Date('2026-11-29T12:00:00Z'),
  seconds: 1,
  traceparent: undefined,
}

describe('the meter for Prometheus', () => {
  it('counts requests by endpoint and outcome, refusals by reason, and tokens by grant type', async () => {
    const request = { ...answered, flow: 'refresh_token', seconds: 0.004 }
    meter.answered({ ...request, outcome: 'passed' })
    meter.answered({ ...request, outcome: 'passed' })
    meter.answered({ ...request, outcome: 'refused', reason: 'refresh-token-unknown' })
    meter.answered({ ...request, endpoint: 'rest', outcome: 'failed' })
    meter.failed()
    const text = await meter.text()
    expect(text).toContain('sallyport_request_duration_seconds_count{endpoint="token",outcome="passed"} 2')
    expect(text).toContain('sallyport_request_duration_seconds_bucket{le="0.0025",endpoint="token",outcome="passed"} 0')
    expect(text).toContain('sallyport_request_duration_seconds_bucket{le="0.005",endpoint="token",outcome="passed"} 2')
    expect(text).toContain('sallyport_refusals_total{endpoint="token",reason="refresh-token-unknown"} 1')
    expect(text).toContain('sallyport_tokens_issued_total{flow="refresh_token"} 2')
    expect(text).toContain('sallyport_request_duration_seconds_count{endpoint="rest",outcome="failed"} 1')
    expect(text).toContain('sallyport_faults_total 1')
    expect(text).toContain('sallyport_expiry_lag_seconds 3')
  })
})
