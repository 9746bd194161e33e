import { afterEach, beforeEach, expect, it } from 'vitest'
import { made, madeOrg, openActs, type TestActs, testNow } from '../../test/open-acts.ts'
import { aUser, boughtByCode, consent } from '../../test/stores/demo-org.ts'
import { createCertificate } from '../certificates/new-certificate.ts'
import type { Org } from '../orgs/org.ts'
import type { User } from '../users/user.ts'
import { blockApp, installApp } from './app-policies.ts'
import type { ConnectedApp } from './connected-app.ts'
import { newConnectedApp } from './new-connected-app.ts'
import { whatBreaks } from './what-breaks.ts'

let acts: TestActs
let home: Org
let away: Org
let app: ConnectedApp
beforeEach(async () => {
  acts = await openActs()
  home = await madeOrg(acts, 'Home')
  away = await madeOrg(acts, 'Away')
  const { certificate } = made(await createCertificate(acts, home, { name: 'Signer' }))
  made(await createCertificate(acts, home, { name: 'Other' }))
  const entered = { fullName: 'Shop', contactEmail: 'dev@shop.example', scopes: ['api', 'refresh_token'] }
  const callbackUrls = ['https://shop.example/cb']
  app = made(await newConnectedApp(acts, home, { ...entered, callbackUrls, certificate: certificate.pem })).app
})
afterEach(() => acts.close())

async function userOf(org: Org): Promise<User> {
  const profile = await acts.profiles.findByName(org.id, 'Standard User')
  if (profile === undefined) throw new Error('There is no Standard User.')
  const user = aUser(profile)
  await acts.users.add(user)
  await consent(acts, user, app, ['api', 'refresh_token'])
  return user
}

it('is nothing for an app that nobody uses, but for the certificate that signs for it', async () => {
  const { certificates, ...counts } = await whatBreaks(acts, app, testNow)
  expect(counts).toEqual({ userCount: 0, accessTokenCount: 0, refreshTokenCount: 0, otherOrgCount: 0 })
  expect(certificates.map(({ name }) => name)).toEqual(['Signer'])
})

it('counts users and live tokens in every org, and the other orgs that have it installed', async () => {
  made(await installApp(acts, app, away))
  const [ada, eve, gone] = [await userOf(home), await userOf(away), await userOf(away)]
  const { refreshTokenId } = await boughtByCode(acts, ada, app, { access: 'a', refresh: 'r' })
  await boughtByCode(acts, ada, app, { access: 'b' })
  await boughtByCode(acts, eve, app, { access: 'c', refresh: 's' })
  await boughtByCode(acts, gone, app, { access: 'd', refresh: 't' })
  await acts.approvals.revoke(gone.id, app.id, testNow)
  const bought = new Date('2026-01-05T12:30:00Z')
  const counts = { userCount: 2, accessTokenCount: 3, refreshTokenCount: 2, otherOrgCount: 1 }
  expect(await whatBreaks(acts, app, bought)).toMatchObject(counts)

  await acts.refreshTokens.revoke(refreshTokenId ?? 0, bought)
  expect(await whatBreaks(acts, app, bought)).toMatchObject({ ...counts, accessTokenCount: 2, refreshTokenCount: 1 })
  await blockApp(acts, app, away)
  expect(await whatBreaks(acts, app, bought)).toMatchObject({ userCount: 2, accessTokenCount: 1, refreshTokenCount: 0 })
  expect(await whatBreaks(acts, app, testNow)).toMatchObject({ accessTokenCount: 0 })
})
