import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AnsweredRequest } from './meter.ts'
import { type PrometheusMeter, prometheusMeter } from './prometheus.ts'

const operations = new URL('../../../../docs/operations/', import.meta.url)
const dashboard = readFileSync(new URL('grafana-dashboard.json', operations), 'utf8')
const page = readFileSync(new URL('metrics.md', operations), 'utf8')

let meter: PrometheusMeter
beforeEach(() => {
  meter = prometheusMeter()
  meter.watch('expiry_lag_seconds', 'Lag.', () => 3)
  meter.watch('database_connections', 'Connections.', () => 4)
  meter.watch('database_connections_limit', 'Limit.', () => 9)
  meter.watch('database_writes_waiting', 'Writes.', () => 0)
  meter.watch('database_longest_write_seconds', 'Write.', () => 0)
  meter.watch('database_waiting', 'Waiting.', () => 0)
  meter.watch('database_longest_wait_seconds', 'Wait.', () => 0)
  meter.watch('signing_key_age_seconds', 'Age.', () => 5)
  meter.watch('passwords_running', 'Running.', () => 1)
  meter.watch('passwords_waiting', 'Waiting.', () => 2)
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

/** The names in a text that Prometheus would know. */
const namesIn = (text: string) => [
  ...new Set([...text.matchAll(/\b(?:sallyport|process|nodejs)_[a-z0-9_]+\b/g)].map(([name]) => name)),
]

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

  it('has every metric that the dashboard and the page name', async () => {
    meter.answered({ ...answered, reason: 'x' })
    const known = namesIn(await meter.text())
    expect(namesIn(dashboard).length).toBeGreaterThan(8)
    for (const name of [...namesIn(dashboard), ...namesIn(page)]) expect(known).toContain(name)
  })

  it('has no metric of its own that the page does not explain', async () => {
    const own = [...(await meter.text()).matchAll(/^# TYPE (sallyport_\S+)/gm)].map(([, name]) => name ?? '')
    for (const name of own) expect(page).toContain(`| \`${name}\` |`)
  })
})
