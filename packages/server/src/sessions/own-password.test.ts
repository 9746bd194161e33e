import { describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf, type TestActs } from '../../test/open-acts.ts'
import { aSession } from '../../test/stores/demo-org.ts'
import { checklist } from '../journal/checklist.ts'
import { hashSecret } from '../secret.ts'
import { newUser } from '../users/new-user.ts'
import { confirmPassword } from './confirm-password.ts'
import { changeOwnPassword } from './own-password.ts'

const current = 'correct horse'
const place = { sourceIp: '192.0.2.1', loginUrl: 'localhost', userAgent: 'Test' }
const ada = { username: 'ada@acme.example', email: 'ada@acme.example', lastName: 'Admin', password: current }

async function signedIn(acts: TestActs) {
  const org = await madeOrg(acts)
  const user = made(await newUser(acts, org, { ...ada, profile: 'Standard User' }))
  const expiresAt = new Date(acts.now().getTime() + 60_000)
  const session = { id: await acts.sessions.add(aSession(user, { expiresAt })) }
  const other = { id: await acts.sessions.add(aSession(user, { expiresAt })) }
  const isLive = async ({ id }: { readonly id: number }) =>
    (await acts.sessions.find({ id, hash: hashSecret('s') }, acts.now())) !== undefined
  const verified = async (password: string) =>
    (await acts.passwords.verify(password, (await acts.users.find(user.id))?.passwordHash)).outcome
  return { org, user, session, other, isLive, verified }
}

describe('changeOwnPassword', () => {
  it('takes the new password, ends the other sessions and notes nothing as an admin’s change', async () => {
    await using acts = await openActs()
    const { org, user, session, other, isLive, verified } = await signedIn(acts)
    const noted = await acts.auditTrail.list(org.id, { limit: 100 })
    const own = { ...acts, ...acts.actedBy(user.id) }
    const entered = { currentPassword: current, password: 'battery staple' }
    made(await changeOwnPassword(own, { ...place, org, user, session }, entered, checklist()))
    expect(await verified('battery staple')).toBe('right')
    expect([await isLive(session), await isLive(other)]).toEqual([true, false])
    expect(await acts.auditTrail.list(org.id, { limit: 100 })).toEqual(noted)
  })

  it.each([
    [{ currentPassword: 'a guess', password: 'battery staple' }, { currentPassword: 'This is not your password.' }, 1],
    [{ currentPassword: current, password: 'short' }, { password: 'Use at least 8 characters.' }, 0],
    [
      { currentPassword: current, password: current },
      { password: 'Choose a password other than the one you have.' },
      0,
    ],
  ])('refuses %o, and changes nothing', async (entered, problems, failedLogins) => {
    await using acts = await openActs()
    const { org, user, session, other, isLive, verified } = await signedIn(acts)
    expect(problemsOf(await changeOwnPassword(acts, { ...place, org, user, session }, entered, checklist()))).toEqual(
      problems,
    )
    expect(await verified(current)).toBe('right')
    expect(await isLive(other)).toBe(true)
    expect(await acts.users.find(user.id)).toMatchObject({ failedLogins })
  })
})

describe('confirmPassword', () => {
  it('locks out who guesses, refuses the right password then, too, and tells Login History', async () => {
    await using acts = await openActs()
    const { org, user } = await signedIn(acts)
    const confirm = (password: string) => confirmPassword(acts, { ...place, org, user, password }, checklist())
    expect(await confirm(current)).toBeUndefined()
    for (let failures = 1; failures <= 10; failures++) {
      expect(await confirm(`guess ${failures}`)).toMatchObject({ reason: 'password-wrong' })
    }
    const until = new Date(acts.now().getTime() + 900_000)
    expect((await acts.users.find(user.id))?.lockedUntil).toEqual(until)
    expect(await confirm(current)).toEqual({
      reason: 'user-locked',
      facts: { user: user.username, until: until.toISOString() },
    })
    expect(await acts.loginHistory.list(org.id, {}, { limit: 100 })).toHaveLength(10)
    await acts.users.unlock(user.id)
    expect(await confirm(current)).toBeUndefined()
  })
})
