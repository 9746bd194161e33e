import { describe, expect, it } from 'vitest'
import { jsonLog } from './json-log.ts'
import type { LogLevel } from './log.ts'

const at = new Date('2026-11-23T12:00:00Z')
const answered = { requestId: 'r1', at, endpoint: 'token', sourceIp: '127.0.0.1', status: 200, passed: [] } as const
const entry = { ...answered, flow: undefined, orgId: undefined, appId: undefined, userId: undefined, error: undefined }

function logAt(level: LogLevel) {
  const lines: string[] = []
  const log = jsonLog({ log: (text) => lines.push(text) }, level)
  return { log, told: () => lines.map((line) => JSON.parse(line)) }
}

describe('a log for programs', () => {
  it.each<[LogLevel, readonly string[]]>([
    ['debug', ['begun', 'answered', 'refused', 'failed']],
    ['info', ['begun', 'refused', 'failed']],
    ['error', ['failed']],
  ])('tells at %s of %j', (level, expected) => {
    const { log, told } = logAt(level)
    log.said('begun')
    log.answered({ ...entry, refusal: undefined })
    log.answered({ ...entry, status: 400, error: 'invalid_grant', refusal: { reason: 'user-unknown', facts: {} } })
    log.failed(new Error('no'), 'r1')
    expect(told().map(({ msg }) => msg)).toEqual(expected)
  })

  it('is one line of JSON for each event', () => {
    const { log, told } = logAt('info')
    log.answered({ ...entry, status: 400, error: 'invalid_grant', refusal: { reason: 'user-unknown', facts: {} } })
    const facts = { requestId: 'r1', endpoint: 'token', sourceIp: '127.0.0.1', status: 400, error: 'invalid_grant' }
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(told()).toEqual([{ level: 30, time, ...facts, reason: 'user-unknown', msg: 'refused' }])
  })

  it('tells of an error with its causes and its parts, and nothing else that it carries', () => {
    const { log, told } = logAt('error')
    const cause = Object.assign(new TypeError('the line\nwas cut'), { detail: 'Key (email)=(ada@target.example)' })
    const error = Object.assign(new AggregateError([cause], 'no answer', { cause }), { code: '08006' })
    log.failed(error, 'the database')
    const [{ err, ...rest }] = told()
    expect(rest).toMatchObject({ level: 50, where: 'the database', msg: 'failed' })
    expect(err).toMatchObject({ type: 'AggregateError', code: '08006', message: 'no answer: the line\nwas cut' })
    expect(err.stack).toMatch(/^AggregateError: no answer\n[\s\S]+\ncaused by: TypeError: the line\nwas cut\n/)
    expect(err.errors).toMatchObject([{ type: 'TypeError', message: 'the line\nwas cut' }])
    expect(JSON.stringify(err)).not.toContain('ada@')
  })

  it('takes what is no error, and causes that go round', () => {
    const { log, told } = logAt('error')
    const round = new Error('round')
    round.cause = round
    log.failed(round, 'a')
    log.failed('thrown as text', 'b')
    expect(told().map(({ err }) => err.message ?? err)).toEqual([Array(10).fill('round').join(': '), 'thrown as text'])
  })
})
