import { expect, it } from 'vitest'
import { made, openActs, problemsOf } from '../../test/open-acts.ts'
import { ensureSigningKey, newSigningKey, retireSigningKey, rotateInTurn, rotateSigningKey } from './signing-keys.ts'

it('rotates: the new key signs, the old one stays published until it is retired', async () => {
  let now = new Date('2026-03-01T12:00:00Z')
  await using acts = await openActs(() => now)
  await ensureSigningKey(acts.signingKeys, acts.seal, acts.now)
  now = new Date('2026-03-01T13:00:00Z')
  const rotated = await rotateSigningKey(acts)
  const kids = async () => (await acts.signingKeys.list()).map(({ kid }) => kid)
  expect(rotated).toMatchObject({ kid: '229', createdAt: now })
  expect(await kids()).toEqual(['229', '228'])
  expect(problemsOf(await retireSigningKey(acts, '229'))).toEqual({
    kid: 'The key 229 is the one that signs. Rotate first, and retire it once its last ID tokens have expired.',
  })
  expect(problemsOf(await retireSigningKey(acts, '1'))).toEqual({ kid: 'There is no signing key “1”.' })
  made(await retireSigningKey(acts, '228'))
  expect(await kids()).toEqual(['229'])
})

it('is rotated by admins once in ten minutes, however many ask, and while few keys are published', async () => {
  let now = new Date('2026-03-01T12:00:00Z')
  await using acts = await openActs(() => now)
  await ensureSigningKey(acts.signingKeys, acts.seal, acts.now)
  now = new Date('2026-03-01T12:09:59Z')
  const tooSoon = { kid: expect.stringContaining('less than ten minutes ago') }
  expect(problemsOf(await rotateInTurn(acts))).toEqual(tooSoon)
  now = new Date('2026-03-01T12:10:00Z')
  const outcomes = await Promise.all([rotateInTurn(acts), rotateInTurn(acts)])
  expect(outcomes.map(problemsOf).toSorted()).toEqual([tooSoon, undefined])
  const [newest] = await acts.signingKeys.list()
  expect(newest?.kid).toBe('229')

  for (let kid = 230; kid < 238; kid += 1) await acts.signingKeys.add(await newSigningKey(acts.seal, kid, now))
  now = new Date('2026-03-01T13:00:00Z')
  expect(problemsOf(await rotateInTurn(acts))).toEqual({ kid: '10 keys are published. Retire the oldest first.' })
  made(await retireSigningKey(acts, '228'))
  expect(made(await rotateInTurn(acts)).kid).toBe('238')
})
