import { beforeEach, describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf, type TestActs, testNow } from '../../test/open-acts.ts'
import type { Org } from '../orgs/org.ts'
import { assignPermissionSet, changeUser, unassignPermissionSet } from './change-user.ts'
import { changePermissionSet, newPermissionSet } from './new-permission-set.ts'
import { changeProfile, newProfile } from './new-profile.ts'
import { newUser } from './new-user.ts'
import type { Actor } from './own-access.ts'
import type { Profile } from './profile.ts'
import type { User } from './user.ts'

let acts: TestActs
let org: Org
let profile: Profile
let admin: User
let actor: Actor

beforeEach(async () => {
  acts = await openActs()
  org = await madeOrg(acts)
  profile = made(await newProfile(acts, org, { name: 'Admins', permissions: ['ViewSetup', 'ManageUsers'] }))
  admin = await addUser('ada@acme.example', 'Admins')
  actor = { user: admin, sourceIp: '192.0.2.1', org, at: testNow }
  return () => acts.close()
})

async function addUser(username: string, profileName: string): Promise<User> {
  const entered = { username, email: username, lastName: 'Lovelace', profile: profileName }
  return made(await newUser(acts, org, entered))
}

describe('an admin', () => {
  it('cannot deactivate themselves', async () => {
    const as = { ...acts, actor }
    expect(problemsOf(await changeUser(as, admin, { isActive: false }))).toEqual({
      isActive: expect.stringContaining('You cannot deactivate yourself'),
    })
    expect(await acts.users.find(admin.id)).toEqual(admin)
  })

  it('cannot close the hours of their own profile on themselves, but those of others and of other times', async () => {
    const as = { ...acts, actor }
    // It is a Sunday, 12:00.
    const until = (hour: number) => ({ loginHours: { sunday: { from: 0, until: hour * 60 } } })
    expect(problemsOf(await changeProfile(as, profile, until(12)))).toEqual({
      loginHours: expect.stringContaining('it is Sunday 12:00 in the org’s time zone, UTC'),
    })
    const night = made(await newProfile(acts, org, { name: 'Night', ...until(6) }))
    expect(problemsOf(await changeUser(as, admin, { profile: 'Night' }))).toEqual({
      profile: expect.stringContaining('signed out at once'),
    })
    expect(made(await changeProfile(as, night, until(5))).loginHours).toEqual(until(5).loginHours)
    expect(made(await changeProfile(as, profile, until(13))).loginHours).toEqual(until(13).loginHours)
  })

  it('cannot become an API Only User, who would be signed out', async () => {
    const as = { ...acts, actor }
    const permissions = [...profile.permissions, 'ApiUserOnly'] as const
    expect(problemsOf(await changeProfile(as, profile, { permissions }))).toEqual({
      permissions: expect.stringContaining('API Only Users open no page'),
    })
    expect(made(await changeProfile(acts, profile, { permissions })).permissions).toContain('ApiUserOnly')
  })

  it('does so to others, and a command to anybody', async () => {
    const other = await addUser('grace@acme.example', 'Admins')
    expect(made(await changeUser({ ...acts, actor }, other, { isActive: false })).isActive).toBe(false)
    expect(made(await changeUser(acts, admin, { isActive: false })).isActive).toBe(false)
  })

  it('cannot take from themselves the profile or permission set that they manage users by', async () => {
    const as = { ...acts, actor }
    expect(problemsOf(await changeUser(as, admin, { profile: 'Standard User' }))).toEqual({
      profile: expect.stringContaining('ViewSetup and ManageUsers'),
    })
    const set = made(await newPermissionSet(acts, org, { name: 'Admin', permissions: ['ViewSetup', 'ManageUsers'] }))
    const standard = await addUser('grace@acme.example', 'Standard User')
    const bySet = made(await assignPermissionSet(as, standard, set))
    const asBySet = { ...acts, actor: { ...actor, user: bySet } }
    expect(problemsOf(await unassignPermissionSet(asBySet, bySet, set))).toEqual({
      user: expect.stringContaining('from yourself'),
    })
    expect(problemsOf(await changeUser(asBySet, bySet, { permissionSets: [] }))).toHaveProperty('permissionSets')
    expect(problemsOf(await changePermissionSet(asBySet, set, { permissions: ['ViewSetup'] }))).toEqual({
      permissions: expect.stringContaining('ManageUsers'),
    })
    // Whoever has it twice may lose one of them.
    const twice = made(await assignPermissionSet(acts, admin, set))
    made(await unassignPermissionSet({ ...acts, actor: { ...actor, user: twice } }, twice, set))
  })

  it('cannot change their own profile so that it lets them in no more', async () => {
    const as = { ...acts, actor }
    expect(problemsOf(await changeProfile(as, profile, { permissions: ['ViewSetup'] }))).toEqual({
      permissions: expect.stringContaining('ManageUsers'),
    })
    const elsewhere = [{ start: '198.51.100.0', end: '198.51.100.255' }]
    expect(problemsOf(await changeProfile(as, profile, { loginIpRanges: elsewhere }))).toEqual({
      loginIpRanges: expect.stringContaining('192.0.2.1'),
    })
    const here = [{ start: '192.0.2.0', end: '192.0.2.255' }]
    expect(made(await changeProfile(as, profile, { loginIpRanges: here, sessionTimeout: 900 })).loginIpRanges).toEqual(
      here,
    )
    made(await changeProfile(as, profile, { permissions: ['ViewSetup', 'ManageUsers', 'ApiEnabled'] }))
  })
})
