import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PrometheusMeter, prometheusMeter } from '../../src/metrics/prometheus.ts'
import { startTestServer, type TestServer } from '../flows/test-server.ts'

const page = readFileSync(new URL('../../../../docs/operations/metrics.md', import.meta.url), 'utf8')
const dashboard = readFileSync(new URL('../../../../docs/operations/grafana-dashboard.json', import.meta.url), 'utf8')

let meter: PrometheusMeter
let server: TestServer
let given: string
beforeAll(async () => {
  meter = prometheusMeter()
  server = await startTestServer({ meters: [meter] })
  await server.post('/services/oauth2/token', { grant_type: 'none' })
  server.advance(7200)
  given = await meter.text()
})
afterAll(() => server.close())

/** Our metrics as they are given: name and kind. */
function registered(): readonly string[] {
  return [...given.matchAll(/^# TYPE (sallyport_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`).toSorted()
}

it('the page tells of every metric there is, and of no other, with its kind', () => {
  const told = [...page.matchAll(/^\| `(sallyport_\w+)` \| (\w+)/gm)].map(([, name, kind]) => `${name} ${kind}`)
  expect(told.toSorted()).toEqual(registered())
})

it('what has seconds in its name says so in the page, and what has not does not', () => {
  const rows = [...page.matchAll(/^\| `(sallyport_\w+)` \| ([^|]+) \|/gm)]
  expect(rows.filter(([, name = '', unit = '']) => name.endsWith('_seconds') !== unit.includes('seconds'))).toEqual([])
})

it('every metric of the dashboard and of the alarms is there', () => {
  const asked = [...(dashboard + page).matchAll(/\b((?:sallyport|process|nodejs)_[a-z0-9_]+)/g)].map(([, name]) => name)
  const names = new Set([...given.matchAll(/^(\w+)[ {]/gm)].map(([, name]) => name))
  // Families are named without the endings that their lines have.
  const families = new Set([...given.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.filter((name) => !names.has(name) && !families.has(name))).toEqual([])
})

it('tells how old the key is that signs', () => {
  expect(given).toContain('sallyport_signing_key_age_seconds 7200')
})
