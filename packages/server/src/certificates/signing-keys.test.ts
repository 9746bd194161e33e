import { expect, it } from 'vitest'
import { made, openActs, problemsOf } from '../../test/open-acts.ts'
import { ensureSigningKey, retireSigningKey, rotateSigningKey } from './signing-keys.ts'

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
