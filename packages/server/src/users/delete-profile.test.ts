import { describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf } from '../../test/open-acts.ts'
import { changePolicies } from '../connected-apps/app-policies.ts'
import { newConnectedApp } from '../connected-apps/new-connected-app.ts'
import { changeUser } from './change-user.ts'
import { deletePermissionSet, deleteProfile } from './delete-profile.ts'
import { newPermissionSet } from './new-permission-set.ts'
import { newProfile } from './new-profile.ts'
import { newUser } from './new-user.ts'

const ada = { username: 'ada@acme.example', email: 'ada@acme.example', lastName: 'Admin' }
const shop = {
  fullName: 'Shop',
  label: 'The Shop',
  contactEmail: 'dev@acme.example',
  callbackUrls: ['https://shop.example/cb'],
  scopes: ['api'],
}

describe('deleting profiles and permission sets', () => {
  it('deletes what nothing uses', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const profile = made(await newProfile(acts, org, { name: 'Integration' }))
    const permissionSet = made(await newPermissionSet(acts, org, { name: 'Integration_Access' }))
    made(await deleteProfile(acts, profile))
    made(await deletePermissionSet(acts, permissionSet))
    expect(await acts.profiles.find(profile.id)).toBeUndefined()
    expect(await acts.permissionSets.find(permissionSet.id)).toBeUndefined()
    expect(await acts.auditTrail.list(org.id, { limit: 2 })).toMatchObject([
      { action: 'PermSetDelete', display: 'Deleted permission set Integration_Access' },
      { action: 'deletedprofile', display: 'Deleted profile Integration' },
    ])
  })

  it('refuses while users have it or apps are opened by it, and says which', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const profile = made(await newProfile(acts, org, { name: 'Integration' }))
    const permissionSet = made(await newPermissionSet(acts, org, { name: 'Integration_Access' }))
    const user = made(
      await newUser(acts, org, { ...ada, profile: 'Integration', permissionSets: ['Integration_Access'] }),
    )
    const { app } = made(await newConnectedApp(acts, org, shop))
    made(await changePolicies(acts, app, org, { profiles: ['Integration'], permissionSets: ['Integration_Access'] }))
    const inUse = 'is in use: one user has it, and it is assigned to “The Shop”. Take it away there first.'
    expect(problemsOf(await deleteProfile(acts, profile))).toEqual({ name: `“Integration” ${inUse}` })
    expect(problemsOf(await deletePermissionSet(acts, permissionSet))).toEqual({
      name: `“Integration_Access” ${inUse}`,
    })
    made(await changeUser(acts, user, { profile: 'Standard User', permissionSets: [] }))
    const opened = 'is in use: it is assigned to “The Shop”. Take it away there first.'
    expect(problemsOf(await deletePermissionSet(acts, permissionSet))).toEqual({
      name: `“Integration_Access” ${opened}`,
    })
    expect(await acts.profiles.find(profile.id)).toEqual(profile)
    expect(await acts.permissionSets.find(permissionSet.id)).toEqual(permissionSet)
  })

  it('leaves the standard profiles', async () => {
    await using acts = await openActs()
    const org = await madeOrg(acts)
    const profile = await acts.profiles.findByName(org.id, 'Minimum Access - Salesforce')
    if (profile === undefined) throw new Error('There is no such profile.')
    expect(problemsOf(await deleteProfile(acts, profile))).toHaveProperty('name')
    expect(await acts.profiles.find(profile.id)).toEqual(profile)
  })
})
