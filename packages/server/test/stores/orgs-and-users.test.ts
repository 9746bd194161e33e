import { expect, it } from 'vitest'
import { JustTaken } from '../../src/stores/database-errors.ts'
import type { UserFilter, UserPage } from '../../src/users/user.ts'
import { addDemoOrg, anOrg, aProfile, aUser, later, newId, noon } from './demo-org.ts'
import { contract } from './open-test-stores.ts'

contract('orgs', (open) => {
  it('gives an org back as it was added, however it is looked for', async () => {
    await using stores = await open()
    const org = anOrg({
      name: 'Acme',
      myDomain: 'acme',
      port: 8789,
      type: 'sandbox',
      settings: {
        timeZone: 'Asia/Tokyo',
        sessionTimeout: 900,
        isPkceRequired: true,
        blockOAuthUsrAgtFlow: false,
        blockOAuthUnPwFlow: false,
        oAuthCdCrdtFlowEnable: true,
        enableSoapLogin: true,
        trustedIpRanges: [{ start: '192.0.2.0', end: '192.0.2.255', description: 'Office' }],
        maxLoginsPerHour: undefined,
        maxLoginAttempts: undefined,
        dailyApiRequests: 20_000,
        lockoutInterval: undefined,
        minimumPasswordLength: 12,
        release: '2025-08-31',
        releaseUpdates: { announcePkce: true },
        enableAdminApprovedAppsOnly: true,
        enableIdentityProvider: true,
        identityProviderCertificate: 'Provider',
        corsAllowedOrigins: ['https://*.example.com'],
      },
    })
    await stores.orgs.add(org)
    expect(await stores.orgs.find(org.id)).toEqual(org)
    expect(await stores.orgs.findByName('Acme')).toEqual(org)
    expect(await stores.orgs.findByMyDomain('acme')).toEqual(org)
    expect(await stores.orgs.findByPort(8789)).toEqual(org)
  })

  it('finds nothing where nothing is, and what comes there later', async () => {
    await using stores = await open()
    expect(await stores.orgs.findByMyDomain('acme')).toBeUndefined()
    expect(await stores.orgs.findByPort(8789)).toBeUndefined()
    const org = anOrg({ myDomain: 'acme', port: 8789 })
    await stores.orgs.add(org)
    expect(await stores.orgs.findByMyDomain('acme')).toEqual(org)
    expect(await stores.orgs.findByPort(8789)).toEqual(org)
  })

  it('lists orgs, oldest first', async () => {
    await using stores = await open()
    const younger = anOrg({ createdAt: later(60) })
    const older = anOrg({ createdAt: noon })
    await stores.orgs.add(younger)
    await stores.orgs.add(older)
    expect(await stores.orgs.list()).toEqual([older, younger])
  })

  it('updates all but id, epoch and creation, and raises the epoch to end everything', async () => {
    await using stores = await open()
    const org = anOrg()
    await stores.orgs.add(org)
    expect(await stores.orgs.find(org.id)).toEqual(org)
    await stores.orgs.update({ ...org, name: 'Renamed', isActive: false, epoch: 9, createdAt: later(5) })
    expect(await stores.orgs.find(org.id)).toEqual({ ...org, name: 'Renamed', isActive: false })
    await stores.orgs.endAll(org.id)
    expect((await stores.orgs.find(org.id))?.epoch).toBe(2)
  })
})

contract('profiles and permission sets', (open) => {
  it('gives profiles back as they were added and updated', async () => {
    await using stores = await open()
    const org = anOrg()
    await stores.orgs.add(org)
    const profile = aProfile(org.id, {
      name: 'Standard User',
      permissions: ['ApiEnabled', 'ViewSetup'],
      loginHours: { monday: { from: 480, until: 1080 }, sunday: { from: 0, until: 0 } },
      loginIpRanges: [
        { start: '10.0.0.0', end: '10.0.0.255', description: 'Office' },
        { start: '::1', end: '::1' },
      ],
      sessionTimeout: 1800,
    })
    await stores.profiles.add(profile)
    expect(await stores.profiles.find(profile.id)).toEqual(profile)
    expect(await stores.profiles.findByName(org.id, 'Standard User')).toEqual(profile)
    const updated = { ...profile, permissions: [], loginIpRanges: [], sessionTimeout: undefined }
    await stores.profiles.update(updated)
    expect(await stores.profiles.find(profile.id)).toEqual(updated)
    expect(await stores.profiles.list(org.id)).toEqual([updated])
  })

  it('gives permission sets back as they were added and updated', async () => {
    await using stores = await open()
    const org = anOrg()
    await stores.orgs.add(org)
    const set = {
      id: newId('permissionSet'),
      orgId: org.id,
      name: 'Integration_Access',
      label: 'Integration Access',
      permissions: ['ApiEnabled'] as const,
      objectPermissions: [],
    }
    await stores.permissionSets.add(set)
    expect(await stores.permissionSets.find(set.id)).toEqual(set)
    const updated = { ...set, label: 'Integrations', permissions: ['ApiEnabled', 'ViewAllData'] as const }
    await stores.permissionSets.update(updated)
    expect(await stores.permissionSets.find(set.id)).toEqual(updated)
    expect(await stores.permissionSets.findByName(org.id, 'Integration_Access')).toEqual(updated)
    expect(await stores.permissionSets.list(org.id)).toEqual([updated])
  })

  it('shows one org nothing of another', async () => {
    await using stores = await open()
    const [acme, other] = [anOrg(), anOrg()]
    await stores.orgs.add(acme)
    await stores.orgs.add(other)
    const profile = aProfile(acme.id, { name: 'Standard User' })
    await stores.profiles.add(profile)
    expect(await stores.profiles.findByName(other.id, 'Standard User')).toBeUndefined()
    expect(await stores.profiles.list(other.id)).toEqual([])
    await stores.profiles.update({ ...profile, orgId: other.id, name: 'Taken over' })
    expect(await stores.profiles.find(profile.id)).toEqual(profile)
  })
})

contract('users', (open) => {
  it('gives a user back as added, with everything set and with nothing set', async () => {
    await using stores = await open()
    const { profile, ada } = await addDemoOrg(stores)
    const full = aUser(profile, {
      permissionSetIds: [newId('permissionSet'), newId('permissionSet')],
      passwordHash: '$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA',
      failedLogins: 2,
      lockedUntil: later(900),
      country: 'FR',
      mobilePhone: '+33 1 23 45 67 89',
      federationId: 'E-4711',
      lastLoginAt: later(-60),
    })
    await stores.users.add(full)
    expect(await stores.users.find(full.id)).toEqual(full)
    expect(await stores.users.findByUsername(full.username)).toEqual(full)
    expect(await stores.users.find(ada.id)).toEqual(ada)
    expect(await stores.users.findByUsername('nobody@acme.example')).toBeUndefined()
    expect(await stores.users.findByFederationId(full.orgId, 'E-4711')).toEqual(full)
    expect(await stores.users.findByFederationId(full.orgId, 'e-4711')).toBeUndefined()
    expect(await stores.users.findByFederationId(newId('organization'), 'E-4711')).toBeUndefined()
  })

  it('refuses a username that another process has just taken, in whichever org, and is well', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    const { profile } = await addDemoOrg(stores)
    await expect(stores.users.add(aUser(profile, { username: ada.username }))).rejects.toThrow(JustTaken)
    await expect(stores.users.update(bob.id, { ...bob, username: ada.username })).rejects.toThrow(JustTaken)
    expect(stores.isWriting()).toBe(true)
  })

  it('lists the users of one org by username, page by page', async () => {
    await using stores = await open()
    const { org, profile, ada, bob } = await addDemoOrg(stores)
    await addDemoOrg(stores)
    const first = aUser(profile, { username: 'aaron@acme.example' })
    await stores.users.add(first)
    const page = await stores.users.list(org.id, { limit: 2 })
    expect(page.map(({ username }) => username)).toEqual(['aaron@acme.example', ada.username].toSorted())
    const rest = await stores.users.list(org.id, { after: page[1]?.username ?? '', limit: 2 })
    expect(rest.map(({ username }) => username)).toEqual([bob.username])
  })

  it('updates what an admin may change, and nothing else', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    const changed = {
      username: 'countess@acme.example',
      email: 'countess@acme.example',
      firstName: undefined,
      lastName: 'Lovelace',
      nickname: 'countess',
      profileId: ada.profileId,
      permissionSetIds: [newId('permissionSet')],
      isActive: true,
      timeZone: 'Europe/London',
      locale: 'en_GB',
      language: 'en_GB',
      country: 'GB',
      mobilePhone: '+44 20 7946 0000',
      federationId: 'E-0815',
      modifiedAt: later(60),
    }
    await stores.users.update(ada.id, changed)
    expect(await stores.users.find(ada.id)).toEqual({ ...ada, ...changed })
  })

  it('raises the epoch when a user is deactivated or frozen, not when activated, thawed or only edited', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    const epoch = async () => (await stores.users.find(ada.id))?.epoch
    await stores.users.update(ada.id, ada)
    expect(await epoch()).toBe(1)
    await stores.users.update(ada.id, { ...ada, isActive: false })
    expect(await epoch()).toBe(2)
    await stores.users.update(ada.id, { ...ada, isActive: false, lastName: 'Gone' })
    await stores.users.update(ada.id, { ...ada, isActive: true })
    expect(await epoch()).toBe(2)
    await stores.users.setFrozen(ada.id, true)
    expect(await stores.users.find(ada.id)).toMatchObject({ isFrozen: true, epoch: 3 })
    await stores.users.setFrozen(ada.id, false)
    expect(await stores.users.find(ada.id)).toMatchObject({ isFrozen: false, epoch: 3 })
    await stores.users.endAll(ada.id)
    expect(await epoch()).toBe(4)
  })

  it('counts a hundred failures at once as a hundred', async () => {
    await using stores = await open()
    const { ada, bob } = await addDemoOrg(stores)
    await Promise.all(Array.from({ length: 100 }, () => stores.users.countFailure(ada.id, undefined, later(900))))
    expect(await stores.users.find(ada.id)).toMatchObject({ failedLogins: 100, lockedUntil: undefined })
    expect((await stores.users.find(bob.id))?.failedLogins).toBe(0)
  })

  it('locks a user at the limit and begins to count again', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    const fail = () => stores.users.countFailure(ada.id, 3, later(900))
    expect(await fail()).toEqual({ failedLogins: 1, lockedUntil: undefined })
    expect(await fail()).toEqual({ failedLogins: 2, lockedUntil: undefined })
    expect(await fail()).toEqual({ failedLogins: 0, lockedUntil: later(900) })
    expect(await fail()).toEqual({ failedLogins: 1, lockedUntil: later(900) })
    await stores.users.unlock(ada.id)
    expect(await stores.users.find(ada.id)).toMatchObject({ failedLogins: 0, lockedUntil: undefined })
  })

  it('takes a failure of somebody it does not know', async () => {
    await using stores = await open()
    expect(await stores.users.countFailure('', undefined, later(900))).toEqual({
      failedLogins: 0,
      lockedUntil: undefined,
    })
  })

  it('forgets failures with a new password and with a sign-in', async () => {
    await using stores = await open()
    const { ada } = await addDemoOrg(stores)
    await stores.users.countFailure(ada.id, 1, later(900))
    await stores.users.setPassword(ada.id, '$argon2id$new', later(1))
    expect(await stores.users.find(ada.id)).toMatchObject({
      passwordHash: '$argon2id$new',
      failedLogins: 0,
      lockedUntil: undefined,
      modifiedAt: later(1),
    })
    await stores.users.countFailure(ada.id, undefined, later(900))
    await stores.users.noteLogin(ada.id, later(2))
    expect(await stores.users.find(ada.id)).toMatchObject({ failedLogins: 0, lastLoginAt: later(2) })
  })
})

contract('searching users', (open) => {
  it('finds by part of a name, by profile, permission set and state, in any order', async () => {
    await using stores = await open()
    const { org, profile, ada, bob } = await addDemoOrg(stores)
    const { ada: stranger } = await addDemoOrg(stores)
    const other = aProfile(org.id)
    const permissionSetId = newId('permissionSet')
    await stores.profiles.add(other)
    const zoe = aUser(other, {
      username: 'zoe@acme.example',
      firstName: undefined,
      lastName: '100%_Zoe!',
      email: 'z@corp.example',
      permissionSetIds: [newId('permissionSet'), permissionSetId],
      isActive: false,
      createdAt: later(60),
    })
    await stores.users.add(zoe)
    await stores.users.update(ada.id, { ...ada, firstName: 'Ada', lastName: 'Lovelace' })
    await stores.users.update(bob.id, { ...bob, firstName: 'Bob', lastName: 'lovelace' })
    await stores.users.noteLogin(bob.id, later(5))
    const page = { sort: 'username', direction: 'asc', offset: 0, limit: 10 } as const
    const found = async (filter: UserFilter, differing: Partial<UserPage> = {}) =>
      (await stores.users.search(org.id, filter, { ...page, ...differing })).map(({ id }) => id)

    expect(await found({})).toEqual([ada.id, bob.id, zoe.id])
    expect(await found({ text: '  LOVE ' })).toEqual([ada.id, bob.id])
    expect(await found({ text: 'ada' })).toEqual([ada.id])
    expect(await found({ text: 'z@corp' })).toEqual([zoe.id])
    expect(await found({ text: '100%_zoe!' })).toEqual([zoe.id])
    expect(await found({ text: '%' })).toEqual([zoe.id])
    expect(await found({ text: stranger.username })).toEqual([])
    expect(await found({ profileId: profile.id })).toEqual([ada.id, bob.id])
    expect(await found({ permissionSetId })).toEqual([zoe.id])
    expect(await found({ isActive: false })).toEqual([zoe.id])
    expect(await found({ isActive: true, text: 'bob' })).toEqual([bob.id])
    expect(await found({}, { sort: 'name' })).toEqual([zoe.id, ada.id, bob.id])
    expect(await found({}, { sort: 'name', direction: 'desc' })).toEqual([bob.id, ada.id, zoe.id])
    expect((await found({}, { sort: 'lastLoginAt', direction: 'desc' }))[0]).toBe(bob.id)
    expect((await found({}, { sort: 'createdAt', direction: 'desc' }))[0]).toBe(zoe.id)
    expect(await found({}, { offset: 1, limit: 1 })).toEqual([bob.id])
    expect(await stores.users.count(org.id, {})).toBe(3)
    expect(await stores.users.count(org.id, { text: 'love' })).toBe(2)
  })
})
