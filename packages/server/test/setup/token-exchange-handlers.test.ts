import { beforeEach, describe, expect, it } from 'vitest'
import { anAssetApp } from '../flows/test-things.ts'
import { rowOf, type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/token-exchange-handlers'
let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

describe('Token Exchange Handlers', () => {
  it('makes one, changes it, and deletes it', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Portal')
    const made = await submitForm(admin, `${path}/new`, {
      developerName: 'Directory',
      masterLabel: 'Directory',
      tokenHandlerApex: 'CorporateDirectory',
      tokenTypes: ['ID_TOKEN', 'JWT'],
      isEnabled: 'on',
      enablements: `Portal = ${admin.user.username}`,
      defaultFor: ['Portal'],
    })
    expect(made.html).toContain('CorporateDirectory.ts (or .js) in the folder handlers')
    const [handler] = await server.stores.tokenExchangeHandlers.list(server.org.id)
    expect(handler).toMatchObject({
      tokenTypes: ['ID_TOKEN', 'JWT'],
      isUserCreationAllowed: false,
      enablements: [{ appId: app.id, executionUserId: admin.user.id, isDefault: true }],
    })
    expect(rowOf((await admin.browser.open(path)).html, 'CorporateDirectory')).toContain('(default)')
    const edit = await admin.browser.open(`${path}/${handler?.id}/edit`)
    expect(edit.html).toContain(`Portal = ${admin.user.username}`)
    await sendForm(admin, edit, { isUserCreationAllowed: 'on' })
    expect(await server.stores.tokenExchangeHandlers.list(server.org.id)).toMatchObject([
      { isUserCreationAllowed: true, tokenTypes: ['ID_TOKEN', 'JWT'], enablements: [{ isDefault: true }] },
    ])
    expect((await submitForm(admin, `${path}/${handler?.id}/delete`)).html).toContain('has been deleted')
    expect(await server.stores.tokenExchangeHandlers.list(server.org.id)).toEqual([])
    const trail = await server.stores.auditTrail.list(server.org.id, { limit: 10 })
    expect(trail.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'insertTokenExchangeHandler',
        'updateTokenExchangeHandler',
        'deleteTokenExchangeHandler',
      ]),
    )
  })

  it('says what is wrong beside each field, and keeps what was entered', async () => {
    const { admin, server } = setup
    await server.addApp('Portal')
    const answer = await submitForm(admin, `${path}/new`, {
      developerName: 'Directory',
      masterLabel: 'Directory',
      tokenHandlerApex: '../outside',
      tokenTypes: ['JWT'],
      enablements: 'Prtal = nobody@target.example',
    })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('A name begins with a letter')
    expect(answer.html).toContain('This org has no app “Prtal”. Did you mean “Portal”?')
    expect(answer.html).toContain('This org has no user “nobody@target.example”.')
    const stray = await submitForm(admin, `${path}/new`, {
      developerName: 'Directory',
      masterLabel: 'Directory',
      tokenHandlerApex: 'Directory',
      tokenTypes: ['JWT'],
      enablements: 'Portal',
      defaultFor: ['Portal'],
    })
    expect(stray.html).toContain('Enter an app, = and a username on each line')
  })
})

describe('the settings of an app', () => {
  it('switch token exchange on, by the app and by the org', async () => {
    const { admin, server } = setup
    const app = await server.addApp('Portal')
    const own = `/setup/connected-apps/${app.id}`
    await sendForm(admin, await admin.browser.open(`${own}/edit`), { isTokenExchangeEnabled: 'on' })
    expect((await admin.browser.open(own)).html).toContain('this org has not allowed it')
    await sendForm(admin, await admin.browser.open(`${own}/manage/edit`), { isTokenExchangeFlowEnabled: 'on' })
    expect((await admin.browser.open(own)).html).not.toContain('this org has not allowed it')
    expect(await server.stores.apps.find(app.id)).toMatchObject({
      isTokenExchangeEnabled: true,
      isSecretRequiredForTokenExchange: true,
    })
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    expect(policies?.isTokenExchangeFlowEnabled).toBe(true)
  })

  it('say how asset tokens are made, and that there are none', async () => {
    const { admin, server } = setup
    const app = await anAssetApp(server, 'Things')
    const own = `/setup/connected-apps/${app.id}`
    expect((await admin.browser.open(own)).html).toContain('https://telemetry.example')
    const edit = await admin.browser.open(`${own}/edit`)
    const wrong = await sendForm(admin, edit, { assetAudiences: '', assetValidity: '0' })
    expect(wrong.html).toContain('Asset tokens need at least one audience.')
    expect(wrong.html).toContain('An asset token is valid for 1 to 525600 whole minutes')
    await sendForm(admin, edit, { assetValidity: '5', assetAttributes: 'on' })
    expect((await server.stores.apps.find(app.id))?.assetTokenConfig).toMatchObject({
      validity: 300,
      certificate: 'Devices',
      includesAttributes: true,
    })
    await sendForm(admin, await admin.browser.open(`${own}/edit`), { assetCertificate: '' })
    expect((await server.stores.apps.find(app.id))?.assetTokenConfig).toBeUndefined()
  })
})
