import { describe, expect, it } from 'vitest'
import { openActs } from '../../test/open-acts.ts'
import { addDemoOrg, aSession, boughtByCode, later, stateOf } from '../../test/stores/demo-org.ts'
import { endSession, readSessionId, sessionId } from './org-session.ts'

describe('ids of sessions', () => {
  it('look like those of Salesforce, and say which session they are of', () => {
    expect(sessionId({ kind: 'browser', id: 1 })).toMatch(/^0Ak000000000001[A-Z0-5]{3}$/)
    for (const session of [
      { kind: 'browser', id: 7 },
      { kind: 'app', id: 7 },
    ] as const) {
      expect(readSessionId(sessionId(session))).toEqual(session)
      expect(readSessionId(sessionId(session).slice(0, 15))).toEqual(session)
    }
  })

  it.each(['', '7', '005000000000001AAA', '0Ak000000000001', '0Ak00000000000!'])(
    'are none of “%s”, or of a row',
    (text) => {
      expect(readSessionId(text)).toEqual(text === '0Ak000000000001' ? { kind: 'browser', id: 1 } : undefined)
    },
  )
})

describe('endSession', () => {
  it('ends a session in a browser and one of an app, each once, and none of another org', async () => {
    await using acts = await openActs(() => later(1))
    const { org, ada, warehouse } = await addDemoOrg(acts)
    const { org: other } = await addDemoOrg(acts)
    const { accessTokenId } = await boughtByCode(acts, ada, warehouse, { access: 'a', refresh: 'r' })
    const browser = sessionId({ kind: 'browser', id: await acts.sessions.add(aSession(ada)) })
    const app = sessionId({ kind: 'app', id: accessTokenId })
    for (const id of [browser, app]) {
      expect(await endSession(acts, other, id)).toBe(false)
      expect(await endSession(acts, org, id)).toBe(true)
      expect(await endSession(acts, org, id)).toBe(false)
    }
    expect(await stateOf(acts, accessTokenId, 'a', later(1))).toBe('revoked')
    expect(await endSession(acts, org, 'nothing')).toBe(false)
  })
})
