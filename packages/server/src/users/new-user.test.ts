import { describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf } from '../../test/open-acts.ts'
import { assignPermissionSet, changeUser, unassignPermissionSet } from './change-user.ts'
import { setPassword } from './new-password.ts'
import { newPermissionSet } from './new-permission-set.ts'
import { changeProfile, newProfile } from './new-profile.ts'
import { newUser } from './new-user.ts'

const ada = {
  username: 'Ada@Acme.example ',
  email: 'ada@acme.example',
  lastName: 'Admin',
  profile: 'System Administrator',
} as const

describe('newUser', () => {
  it('makes a user who can sign in', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await newPermissionSet(acts, org, { name: 'Integration_Access' }))
    const user = made(
      await newUser(acts, org, {
        ...ada,
        firstName: ' Ada ',
        permissionSets: ['Integration_Access'],
        password: 'correct horse battery staple',
        timeZone: 'Europe/Paris',
      }),
    )
    expect(await acts.users.findByUsername('ada@acme.example')).toEqual(user)
    expect(user).toMatchObject({
      firstName: 'Ada',
      nickname: 'ada',
      isActive: true,
      timeZone: 'Europe/Paris',
      locale: 'en_US',
    })
    expect(user.permissionSetIds).toHaveLength(1)
    expect(await acts.passwords.verify('correct horse battery staple', user.passwordHash)).toMatchObject({
      outcome: 'right',
    })
  })

  it('says everything that is wrong at once, and writes nothing', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const outcome = await newUser(acts, org, {
      username: 'ada',
      email: 'nobody',
      lastName: '',
      firstName: 'A\u0000da',
      profile: 'System Administratr',
      permissionSets: ['Nothing'],
      timeZone: 'Europe/Atlantis',
      locale: 'english',
      password: 'short',
    })
    expect(problemsOf(outcome)).toEqual({
      username: 'A username looks like an e-mail address, such as ada@acme.example.',
      email: 'Enter an e-mail address, such as ada@acme.example.',
      lastName: 'Enter a value.',
      firstName: 'Use one line of text, without control characters.',
      profile: 'This org has no profile “System Administratr”. Did you mean “System Administrator”?',
      'permissionSets.0': 'This org has no permission set “Nothing”.',
      timeZone: 'Enter a time zone, such as Europe/Paris.',
      locale: 'Enter a locale, such as en_US.',
      password: 'Use at least 8 characters.',
    })
    expect(await acts.users.list(org.id, { limit: 10 })).toEqual([])
  })

  it('takes a username once over all orgs, however it is spelled', async () => {
    await using acts = await openActs()
    made(await newUser(acts, await madeOrg(acts), ada))
    const other = await madeOrg(acts, 'Other')
    for (const username of ['ada@acme.example', 'ADA@ACME.EXAMPLE', 'ａda@acme.example']) {
      expect(problemsOf(await newUser(acts, other, { ...ada, username }))).toEqual({
        username: 'This username is taken; each is unique on a server.',
      })
    }
  })

  it('takes a hash in place of the password, but only one that can be verified, and not both', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    expect(problemsOf(await newUser(acts, org, { ...ada, passwordHash: 'correct horse' }))).toHaveProperty(
      'passwordHash',
    )
    const hashing = await acts.passwords.hash('correct horse')
    if (hashing.outcome === 'busy') throw new Error('Nobody else was hashing.')
    const { passwordHash } = hashing
    expect(problemsOf(await newUser(acts, org, { ...ada, passwordHash, password: 'correct horse' }))).toEqual({
      passwordHash: 'Give either the password or its hash.',
    })
    expect(made(await newUser(acts, org, { ...ada, passwordHash })).passwordHash).toBe(passwordHash)
  })
})

describe('changeUser', () => {
  it('changes what is entered and leaves the rest', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const user = made(await newUser(acts, org, { ...ada, firstName: 'Ada', country: 'FR' }))
    const changed = made(await changeUser(acts, user, { lastName: 'Lovelace', country: '', profile: 'Standard User' }))
    expect(await acts.users.find(user.id)).toEqual(changed)
    expect(changed).toMatchObject({ firstName: 'Ada', lastName: 'Lovelace', country: undefined })
    expect(changed.profileId).not.toBe(user.profileId)
  })

  it('ends every token and session of a user who is deactivated', async () => {
    await using acts = await openActs()
    const user = made(await newUser(acts, await madeOrg(acts), ada))
    made(await changeUser(acts, user, { isActive: false }))
    expect(await acts.users.find(user.id)).toMatchObject({ isActive: false, epoch: 2 })
  })

  it('refuses the username of somebody else, and keeps its own', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    made(await newUser(acts, org, { ...ada, username: 'grace@acme.example' }))
    const user = made(await newUser(acts, org, ada))
    expect(problemsOf(await changeUser(acts, user, { username: 'GRACE@acme.example' }))).toHaveProperty('username')
    expect(made(await changeUser(acts, user, { username: 'ADA@acme.example' })).username).toBe('ada@acme.example')
  })

  it('gives and takes permission sets', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const permissionSet = made(await newPermissionSet(acts, org, { name: 'Integration_Access' }))
    const user = made(await newUser(acts, org, ada))
    const assigned = made(await assignPermissionSet(acts, user, permissionSet))
    expect(await acts.users.find(user.id)).toEqual(assigned)
    expect(assigned.permissionSetIds).toEqual([permissionSet.id])
    expect(problemsOf(await assignPermissionSet(acts, assigned, permissionSet))).toHaveProperty('user')
    const left = made(await unassignPermissionSet(acts, assigned, permissionSet))
    expect((await acts.users.find(user.id))?.permissionSetIds).toEqual([])
    expect(problemsOf(await unassignPermissionSet(acts, left, permissionSet))).toHaveProperty('user')
  })
})

describe('setPassword', () => {
  it('replaces the password and clears a lockout', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const user = made(await newUser(acts, org, { ...ada, password: 'correct horse' }))
    await acts.users.countFailure(user.id, 1, new Date('2026-03-01T12:15:00Z'))
    made(await setPassword(acts, org, user, { password: 'battery staple' }))
    const changed = await acts.users.find(user.id)
    expect(changed).toMatchObject({ lockedUntil: undefined, failedLogins: 0 })
    expect(await acts.passwords.verify('battery staple', changed?.passwordHash)).toMatchObject({ outcome: 'right' })
  })

  it('refuses what the policy of the org forbids', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const user = made(await newUser(acts, org, ada))
    expect(problemsOf(await setPassword(acts, org, user, { password: 'ada@acme.example' }))).toEqual({
      password: 'A password must not be the username.',
    })
    expect(problemsOf(await setPassword(acts, org, user, {}))).toEqual({ password: 'Enter a password.' })
  })
})

describe('profiles and permission sets', () => {
  it('makes a profile with permissions and addresses, and changes it', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const loginIpRanges = [{ start: '10.0.0.1', end: '10.0.0.9' }]
    const profile = made(
      await newProfile(acts, org, { name: 'Integration', permissions: ['ApiEnabled'], loginIpRanges }),
    )
    expect(await acts.profiles.findByName(org.id, 'Integration')).toEqual(profile)
    made(await changeProfile(acts, profile, { sessionTimeout: 900 }))
    expect(await acts.profiles.find(profile.id)).toEqual({ ...profile, sessionTimeout: 900 })
  })

  it('says what is wrong with them', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const profile = {
      name: 'Standard User',
      permissions: ['ApiEnable'],
      loginIpRanges: [{ start: '10.0.0.9', end: '10.0.0.1' }],
    }
    expect(problemsOf(await newProfile(acts, org, { ...profile, sessionTimeout: 1 }))).toEqual({
      name: 'This org has a profile “Standard User” already.',
      'permissions.0': expect.stringContaining('Did you mean “ApiEnabled”?'),
      'loginIpRanges.0': expect.stringContaining('in this order'),
      sessionTimeout: 'Enter a whole number of seconds from 60 to 86400.',
    })
    for (const name of ['', '1st', 'a__b', 'a_', 'Zugang für alle']) {
      expect(problemsOf(await newPermissionSet(acts, org, { name }))).toHaveProperty('name')
    }
  })
})
