import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf, type TestActs } from '../../test/open-acts.ts'
import type { Org } from '../orgs/org.ts'
import { blockApp, changePolicies, installApp, unblockApp, uninstallApp } from './app-policies.ts'
import type { ConnectedApp } from './connected-app.ts'
import { newConnectedApp } from './new-connected-app.ts'

let acts: TestActs
let home: Org
let org: Org
let app: ConnectedApp
beforeEach(async () => {
  acts = await openActs()
  home = await madeOrg(acts, 'Home')
  org = await madeOrg(acts, 'Away')
  const entered = { fullName: 'Shop', contactEmail: 'dev@shop.example', scopes: ['api'] }
  app = made(await newConnectedApp(acts, home, { ...entered, callbackUrls: ['https://shop.example/cb'] })).app
})
afterEach(() => acts.close())

const policies = () => acts.apps.findPolicies(app.id, org.id)

describe('installing an app of another org', () => {
  it("gives it policies of this org's own, and leaves those of its home alone", async () => {
    made(await installApp(acts, app, org))
    made(
      await changePolicies(acts, app, org, { isAdminApproved: true, profiles: ['Standard User'], sessionTimeout: 900 }),
    )
    const profile = await acts.profiles.findByName(org.id, 'Standard User')
    expect(await policies()).toMatchObject({
      isInstalled: true,
      isAdminApproved: true,
      profileIds: [profile?.id],
      sessionTimeout: 900,
    })
    expect(await acts.apps.findPolicies(app.id, home.id)).toMatchObject({
      isInstalled: true,
      isAdminApproved: false,
      profileIds: [],
      sessionTimeout: undefined,
    })
  })

  it('is refused when it is installed already, as it is in the org that made it', async () => {
    made(await installApp(acts, app, org))
    const again = { app: '“Shop” is installed in the org “Away” already.' }
    expect(problemsOf(await installApp(acts, app, org))).toEqual(again)
    expect(problemsOf(await installApp(acts, app, home))).toEqual({
      app: '“Shop” is installed in the org “Home” already.',
    })
  })

  it('comes before its policies', async () => {
    expect(problemsOf(await changePolicies(acts, app, org, { isAdminApproved: true }))).toEqual({
      app: '“Shop” is not installed in the org “Away”. Install it first; then it has policies here.',
    })
    expect(await policies()).toBeUndefined()
  })

  it('does not lift a block', async () => {
    await blockApp(acts, app, org)
    expect(await policies()).toMatchObject({ isInstalled: false, isBlocked: true })
    made(await installApp(acts, app, org))
    expect(await policies()).toMatchObject({ isInstalled: true, isBlocked: true })
    await unblockApp(acts, app, org)
    expect(await policies()).toMatchObject({ isInstalled: true, isBlocked: false })
  })
})

describe('policies', () => {
  it.each([
    [{ sessionTimeout: 90 }, 'sessionTimeout', 'A session lasts whole minutes, from 1 to 1440 (24 hours).'],
    [{ sessionTimeout: 86_460 }, 'sessionTimeout', 'A session lasts whole minutes, from 1 to 1440 (24 hours).'],
    [
      { refreshTokenPolicy: { kind: 'specific_lifetime', seconds: 600 } },
      'refreshTokenPolicy',
      'A refresh token lasts whole hours, days or months of 30 days.',
    ],
    [
      { refreshTokenPolicy: { kind: 'specific_inactivity', seconds: 100_000 * 3600 } },
      'refreshTokenPolicy',
      'A refresh token lasts whole hours, days or months of 30 days.',
    ],
  ] as const)('%j can not be written in the words of metadata, and is refused', async (entered, field, message) => {
    expect(problemsOf(await changePolicies(acts, app, home, entered))).toEqual({ [field]: message })
  })
})

describe('uninstalling an app', () => {
  it('forgets its policies, and keeps that it is blocked and how often its tokens were ended', async () => {
    made(await installApp(acts, app, org))
    made(await changePolicies(acts, app, org, { isAdminApproved: true, sessionTimeout: 900 }))
    await blockApp(acts, app, org)
    const held = made(await uninstallApp(acts, app, org))
    expect(held).toMatchObject({
      isInstalled: false,
      isAdminApproved: false,
      sessionTimeout: undefined,
      isBlocked: true,
      epoch: 2,
    })
    expect(await policies()).toEqual(held)
  })

  it('is refused in the org that made it, and where it is not installed', async () => {
    expect(problemsOf(await uninstallApp(acts, app, home))).toEqual({
      app: '“Shop” was made in the org “Home”, and so cannot be uninstalled there. It can be blocked, or deleted.',
    })
    expect(problemsOf(await uninstallApp(acts, app, org))).toEqual({
      app: '“Shop” is not installed in the org “Away”.',
    })
  })
})
