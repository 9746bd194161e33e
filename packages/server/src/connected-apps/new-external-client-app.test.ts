import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { made, madeOrg, openActs, problemsOf, type TestActs } from '../../test/open-acts.ts'
import type { Org } from '../orgs/org.ts'
import { changePolicies, installApp, uninstallApp } from './app-policies.ts'
import { changeConnectedApp } from './change-connected-app.ts'
import { newConnectedApp, newExternalClientApp } from './new-connected-app.ts'

let acts: TestActs
let org: Org
beforeEach(async () => {
  acts = await openActs()
  org = await madeOrg(acts)
})
afterEach(() => acts.close())

const sync = {
  fullName: 'Sync',
  contactEmail: 'dev@acme.example',
  callbackUrls: ['https://sync.example/cb'],
  scopes: ['Api', 'RefreshToken'],
} as const

describe('newExternalClientApp', () => {
  it('makes an app for its own org alone, with PKCE, whose client credentials an admin has to allow', async () => {
    const { app } = made(await newExternalClientApp(acts, org, sync))
    expect(app).toMatchObject({ external: { distributionState: 'Local' }, isPkceRequired: true })
    expect(await acts.apps.find(app.id)).toEqual(app)
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject({
      isInstalled: true,
      isEnabled: true,
      isOauthPluginEnabled: true,
      isClientCredentialsFlowEnabled: false,
    })
  })

  it('takes settings and policies as they are entered', async () => {
    const policies = { isClientCredentialsFlowEnabled: true, isEnabled: false, isOauthPluginEnabled: false }
    const entered = { ...sync, distributionState: 'Packaged', isPkceRequired: false, policies } as const
    const { app } = made(await newExternalClientApp(acts, org, entered))
    expect(app).toMatchObject({ external: { distributionState: 'Packaged' }, isPkceRequired: false })
    expect(await acts.apps.findPolicies(app.id, org.id)).toMatchObject(policies)
  })

  it('has neither the user-agent nor the username-password flow', async () => {
    const flows = { isUserAgentEnabled: true, isUsernamePasswordEnabled: true }
    const problems = {
      isUserAgentEnabled: 'External client apps do not have this flow.',
      isUsernamePasswordEnabled: 'External client apps do not have this flow.',
    }
    expect(problemsOf(await newExternalClientApp(acts, org, { ...sync, ...flows }))).toEqual(problems)
    const { app } = made(await newExternalClientApp(acts, org, sync))
    expect(problemsOf(await changeConnectedApp(acts, app, flows))).toEqual(problems)
  })

  it('shares its name, key and secret with no other app, of whatever kind', async () => {
    const given = { consumerKey: 'Sync00000001', consumerSecret: 'Secret000001' }
    made(await newExternalClientApp(acts, org, { ...sync, ...given }))
    expect(problemsOf(await newConnectedApp(acts, org, { ...sync, ...given }))).toEqual({
      fullName: 'This org has an external client app “Sync” already.',
      consumerKey: 'Another app has this consumer key; each is unique on a server.',
      consumerSecret: 'Another app of this org has this consumer secret.',
    })
  })

  it('is made where connected apps are made no more', async () => {
    const blocked = { ...org, settings: { ...org.settings, releaseUpdates: { blockNewConnectedApps: true } } }
    expect(problemsOf(await newConnectedApp(acts, blocked, sync))).toEqual({
      fullName:
        'This org creates no connected apps any more: the release update blockNewConnectedApps is switched on in it. Make an external client app.',
    })
    expect(made(await newExternalClientApp(acts, blocked, sync)).app.external).toBeDefined()
  })
})

describe('the distribution state', () => {
  it('lets other orgs install what is Packaged, and nothing that is Local', async () => {
    const other = await madeOrg(acts, 'Away')
    const { app } = made(await newExternalClientApp(acts, org, sync))
    expect(problemsOf(await installApp(acts, app, other))).toEqual({
      app: '“Sync” is an external client app whose distribution state is Local: it works in the org alone that it was made in. Once it is Packaged, other orgs can install it.',
    })
    const packaged = made(await changeConnectedApp(acts, app, { distributionState: 'Packaged' }))
    expect(made(await installApp(acts, packaged, other))).toMatchObject({ isInstalled: true, isEnabled: true })
  })

  it('goes back to Local only while no other org has it installed', async () => {
    const other = await madeOrg(acts, 'Away')
    const { app } = made(await newExternalClientApp(acts, org, { ...sync, distributionState: 'Packaged' }))
    made(await installApp(acts, app, other))
    expect(problemsOf(await changeConnectedApp(acts, app, { distributionState: 'Local' }))).toEqual({
      distributionState:
        'The app stays Packaged: another org has installed it. Once it is uninstalled there, it can be made Local.',
    })
    made(await uninstallApp(acts, app, other))
    made(await changeConnectedApp(acts, app, { distributionState: 'Local' }))
  })

  it('is none of a connected app, nor are the policies of external client apps', async () => {
    const { app } = made(await newConnectedApp(acts, org, sync))
    expect(problemsOf(await changeConnectedApp(acts, app, { distributionState: 'Packaged' }))).toEqual({
      distributionState: 'Only an external client app has a distribution state; a connected app is known in every org.',
    })
    expect(problemsOf(await changePolicies(acts, app, org, { isEnabled: false }))).toEqual({
      isEnabled: 'Only external client apps have this policy.',
    })
  })
})
