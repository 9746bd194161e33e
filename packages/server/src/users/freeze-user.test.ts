import { expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf } from '../../test/open-acts.ts'
import { freezeUser } from './freeze-user.ts'
import { newUser } from './new-user.ts'

it('freezes another user, and never oneself', async () => {
  await using acts = await openActs()
  const org = await madeOrg(acts)
  const of = (name: string) => ({ username: name, email: name, lastName: 'Admin', profile: 'System Administrator' })
  const ada = made(await newUser(acts, org, of('ada@acme.example')))
  const bob = made(await newUser(acts, org, of('bob@acme.example')))
  expect(problemsOf(await freezeUser(acts, ada, ada))).toEqual({ user: 'You cannot freeze yourself.' })
  expect(await acts.users.find(ada.id)).toMatchObject({ isFrozen: false })
  made(await freezeUser(acts, bob, ada))
  made(await freezeUser(acts, ada, undefined))
  expect(await acts.users.find(ada.id)).toMatchObject({ isFrozen: true })
  expect(await acts.users.find(bob.id)).toMatchObject({ isFrozen: true })
})
