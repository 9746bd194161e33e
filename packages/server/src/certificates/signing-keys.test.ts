import { expect, it } from 'vitest'
import { made, openActs, problemsOf } from '../../test/open-acts.ts'
import {
  ensureSigningKey,
  newSigningKey,
  replaceSigningKey,
  retireSigningKey,
  rotateInTurn,
  rotateSigningKey,
  signingKeyAt,
} from './signing-keys.ts'

let now: Date
const minutes = (count: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + count * 60_000)

/** A server's keys, the first of which has just been made. */
async function begun() {
  now = minutes(0)
  const acts = await openActs(() => now)
  await ensureSigningKey(acts.signingKeys, acts.seal, acts.now)
  const kids = async () => (await acts.signingKeys.list()).map(({ kid }) => kid)
  const signing = async () => signingKeyAt(await acts.signingKeys.list(), now)?.kid
  return { ...acts, kids, signing }
}

it('rotates: the next key is published for ten minutes before it signs, the one before until it is retired', async () => {
  await using keys = await begun()
  now = minutes(60)
  expect(await rotateSigningKey(keys)).toMatchObject({ kid: '229', createdAt: minutes(60), signsFrom: minutes(70) })
  expect([await keys.kids(), await keys.signing()]).toEqual([['229', '228'], '228'])
  now = new Date(minutes(70).getTime() - 1)
  expect(await keys.signing()).toBe('228')
  now = minutes(70)
  expect(await keys.signing()).toBe('229')
  expect(problemsOf(await retireSigningKey(keys, '229'))).toEqual({
    kid: 'The key 229 is the one that signs. Rotate first, and retire it once its last ID tokens have expired.',
  })
  expect(problemsOf(await retireSigningKey(keys, '1'))).toEqual({ kid: 'There is no signing key “1”.' })
  made(await retireSigningKey(keys, '228'))
  expect(await keys.kids()).toEqual(['229'])
})

it('has a key that waits sign sooner, and none after it, when it is rotated again', async () => {
  await using keys = await begun()
  await keys.signingKeys.add(await newSigningKey(keys.seal, 229, now, minutes(1440)))
  now = minutes(5)
  expect(await rotateSigningKey(keys)).toMatchObject({ kid: '229', signsFrom: minutes(10) })
  now = minutes(9)
  expect(await rotateSigningKey(keys)).toMatchObject({ kid: '229', signsFrom: minutes(10) })
  expect(await keys.kids()).toEqual(['229', '228'])
})

it('has one that was published long enough sign within a second', async () => {
  await using keys = await begun()
  await keys.signingKeys.add(await newSigningKey(keys.seal, 229, now, minutes(1440)))
  now = minutes(30)
  const signsFrom = new Date(minutes(30).getTime() + 1000)
  expect(await rotateSigningKey(keys)).toMatchObject({ kid: '229', signsFrom })
})

it('replaces a key that leaked by a fresh one within a second, and uses none that waited', async () => {
  await using keys = await begun()
  await keys.signingKeys.add(await newSigningKey(keys.seal, 229, now, minutes(1440)))
  now = minutes(30)
  expect((await replaceSigningKey(keys)).kid).toBe('230')
  expect([await keys.kids(), await keys.signing()]).toEqual([['230', '228'], '228'])
  now = new Date(now.getTime() + 1000)
  expect(await keys.signing()).toBe('230')
})

it('signs with its first key when the clock is before all of them', async () => {
  await using keys = await begun()
  now = minutes(-60)
  expect(await keys.signing()).toBe('228')
})

it('is rotated by admins once in ten minutes, however many ask, and while few keys are published', async () => {
  await using keys = await begun()
  now = new Date(minutes(10).getTime() - 1000)
  expect(problemsOf(await rotateInTurn(keys))).toEqual({ kid: expect.stringContaining('less than ten minutes ago') })
  now = minutes(10)
  const outcomes = await Promise.all([rotateInTurn(keys), rotateInTurn(keys)])
  expect(outcomes.map((outcome) => made(outcome).kid)).toEqual(['229', '229'])
  expect(await keys.kids()).toEqual(['229', '228'])

  now = minutes(20)
  for (let kid = 230; kid < 238; kid += 1) await keys.signingKeys.add(await newSigningKey(keys.seal, kid, now))
  now = minutes(60)
  expect(problemsOf(await rotateInTurn(keys))).toEqual({ kid: '10 keys are published. Retire the oldest first.' })
  made(await retireSigningKey(keys, '228'))
  expect(made(await rotateInTurn(keys)).kid).toBe('238')
})
