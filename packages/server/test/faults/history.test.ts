import { describe, expect, it } from 'vitest'
import { figures, type Happened, newHistory, violations } from './history.ts'

/** A request that took ten milliseconds, about a token of Acme. */
function at(begun: number, act: Happened['act'], key: string, more: Partial<Happened> = {}): Happened {
  const common = { node: 'one', family: 'code', outcome: 'done', gave: [], org: 'Acme' } as const
  return { ...common, begun, ended: begun + 10, act, key, ...more }
}

const exchange = at(0, 'spend', 'code', { gave: ['access', 'refresh'] })

describe('a history is found wrong when', () => {
  it.each<[string, readonly Happened[], string]>([
    [
      'a code is good twice, on different nodes at the same moment',
      [exchange, at(0, 'spend', 'code', { node: 'two' })],
      'code was good 2 times, on one and two',
    ],
    [
      'a refresh token is good again after its rotation',
      [exchange, at(20, 'spend', 'refresh', { gave: ['next'] }), at(40, 'spend', 'refresh')],
      'refresh was good 2 times',
    ],
    [
      'an access token that was answered is dead',
      [exchange, at(20, 'check', 'access', { outcome: 'refused', node: 'two' })],
      'access was answered, and is good for nothing on two',
    ],
    [
      'a refresh token that was answered is dead',
      [exchange, at(20, 'spend', 'refresh', { outcome: 'refused' })],
      'refresh was answered, and is good for nothing on one (spend)',
    ],
    [
      'it is dead before anybody asks to revoke it',
      [exchange, at(20, 'check', 'access', { outcome: 'refused' }), at(40, 'revoke', 'refresh')],
      'access was answered, and is good for nothing',
    ],
    [
      'it is dead because something of another family was revoked',
      [exchange, at(20, 'revoke', 'other', { family: 'other' }), at(40, 'check', 'access', { outcome: 'refused' })],
      'access was answered, and is good for nothing',
    ],
    [
      'a revoked token is live on the same node',
      [exchange, at(20, 'revoke', 'refresh'), at(30, 'check', 'access')],
      'code was ended on one, and access is good on one 0 ms later',
    ],
    [
      'it is live on another node more than a second later',
      [exchange, at(20, 'revoke', 'refresh'), at(1030, 'check', 'access', { node: 'two' })],
      'code was ended on one, and access is good on two 1000 ms later',
    ],
    [
      'a token of a code that was used twice is live',
      [exchange, at(20, 'spend', 'code', { outcome: 'refused' }), at(40, 'check', 'access')],
      'code was ended on one, and access is good',
    ],
    [
      'a token comes back that was dead',
      [
        exchange,
        at(20, 'revoke', 'refresh', { outcome: 'unanswered' }),
        at(40, 'check', 'access', { outcome: 'refused' }),
        at(60, 'check', 'access'),
      ],
      'access was good for nothing, and is good again',
    ],
    [
      'an answer has what is of another org',
      [exchange, at(20, 'check', 'access', { sawOrg: 'Globex' })],
      'access of Acme was answered with data of Globex',
    ],
  ])('%s', (_, events, words) => {
    expect(violations(events)).toEqual([expect.stringContaining(words)])
    expect(figures({ loaded: events, events, faults: 'none' })).toContain('lost: 1')
  })
})

describe('a history is as it should be when', () => {
  it.each<[string, readonly Happened[]]>([
    ['of two who come at once one is refused', [exchange, at(0, 'spend', 'code', { outcome: 'refused', node: 'two' })]],
    [
      'what was revoked is dead, and on another node within a second',
      [
        exchange,
        at(20, 'revoke', 'refresh'),
        at(30, 'check', 'access', { outcome: 'refused' }),
        at(1029, 'check', 'refresh', { node: 'two' }),
      ],
    ],
    [
      'a refresh that nobody answered is refused on the other node, and all of its family is dead or not',
      [
        exchange,
        at(20, 'spend', 'refresh', { outcome: 'unanswered' }),
        at(40, 'spend', 'refresh', { outcome: 'refused', node: 'two' }),
        at(60, 'check', 'access', { outcome: 'refused' }),
      ],
    ],
    [
      'a refresh that nobody answered is good on the other node',
      [
        exchange,
        at(20, 'spend', 'refresh', { outcome: 'unanswered' }),
        at(40, 'spend', 'refresh', { node: 'two', gave: ['next'] }),
        at(60, 'check', 'access'),
      ],
    ],
    [
      'a revocation that nobody answered came to something, or to nothing',
      [exchange, at(20, 'revoke', 'refresh', { outcome: 'unanswered' }), at(40, 'check', 'access')],
    ],
  ])('%s', (_, events) => {
    expect(violations(events)).toEqual([])
  })
})

it('is written as requests are sent, and told in figures', async () => {
  const history = newHistory()
  const request = { node: 'one', act: 'issue', key: 'assertion', family: 'access', org: 'Acme' } as const
  await history.record(request, async () => ({ outcome: 'done', gave: ['access'] }))
  const check = { ...request, act: 'check', key: 'access' } as const
  await history.record(check, async () => ({ outcome: 'done', sawOrg: 'Acme' }))
  const lost = history.record(check, () => Promise.reject(new TypeError('fetch failed')))
  await expect(lost).rejects.toThrow('fetch failed')
  const { events } = history
  expect(events.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'unanswered'])
  expect(figures({ loaded: events, events, faults: '1 node killed' })).toMatch(
    /^load held: 2 requests answered, \d+\/s, 1 unanswered; faults: 1 node killed; answered writes checked: 1; lost: 0$/,
  )
})
