import { expect, it } from 'vitest'
import { addDemoOrg, anApp, boughtByCode, consent, later, noon, policiesOf } from '../../test/stores/demo-org.ts'
import { openTestStores } from '../../test/stores/open-test-stores.ts'
import { usedApps } from './used-apps.ts'

it('lists the apps in use by label, those refused for not being installed, and those blocked', async () => {
  await using stores = await openTestStores()
  const { org: home } = await addDemoOrg(stores)
  const { org, ada, bob, warehouse, website } = await addDemoOrg(stores)
  const [allowed, refused, blocked, unused] = ['Allowed', 'Refused', 'Blocked', 'Unused'].map((label) =>
    anApp(home.id, { label }),
  )
  if (!allowed || !refused || !blocked || !unused) throw new Error('There are not four apps.')
  for (const app of [allowed, refused, blocked, unused]) await stores.apps.add(app, [policiesOf(app, home.id)])
  await stores.apps.install(allowed.id, org.id)
  await stores.apps.install(unused.id, org.id)
  await stores.apps.noteUninstalledUse(refused.id, org.id, later(60))
  await stores.apps.setPolicies(policiesOf(blocked, org.id, { isInstalled: false, isBlocked: true }))
  for (const user of [ada, bob]) {
    await consent(stores, user, allowed, ['api'])
    await boughtByCode(stores, user, allowed, { access: `a ${user.id}` })
  }
  await stores.apps.update({ ...warehouse, label: 'Warehouse' })
  await consent(stores, ada, warehouse, ['api'])
  await consent(stores, ada, website, ['api'])
  await stores.approvals.revoke(ada.id, website.id, noon)

  const none = { isOwn: false, userCount: 0, useCount: 0, firstUsedAt: undefined, lastUsedAt: undefined }
  expect((await usedApps(stores, org)).map(({ app, ...use }) => ({ label: app.label, ...use }))).toEqual([
    {
      label: 'Allowed',
      isOwn: false,
      isInstalled: true,
      isBlocked: false,
      userCount: 2,
      useCount: 2,
      firstUsedAt: noon,
      lastUsedAt: noon,
      lastRefusedAt: undefined,
    },
    { label: 'Blocked', ...none, isInstalled: false, isBlocked: true, lastRefusedAt: undefined },
    { label: 'Refused', ...none, isInstalled: false, isBlocked: false, lastRefusedAt: later(60) },
    {
      label: 'Warehouse',
      isOwn: true,
      isInstalled: true,
      isBlocked: false,
      userCount: 1,
      useCount: 0,
      firstUsedAt: noon,
      lastUsedAt: noon,
      lastRefusedAt: undefined,
    },
  ])
})
