import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultIdTokenConfig } from '../../src/connected-apps/connected-app.ts'
import type { CustomPermission } from '../../src/users/custom-permission.ts'
import { answerOf, startTestServer, type TestServer } from './test-server.ts'
import { claimsOf, tokensFor } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const attributes = [
  { key: 'mail', formula: 'LOWER($User.Email)' },
  { key: 'kind', formula: 'IF($Profile.Name = "Standard User", "standard", "other")' },
  { key: 'org', formula: '$Organization.Name & "/" & $User.Country' },
  { key: 'approves', formula: 'IF($Permission.Approve_Orders, "yes", "no")' },
]
const values = { mail: 'ada@target.example', kind: 'standard', org: 'Target/', approves: 'yes' }

async function anApp(details: Parameters<TestServer['addApp']>[1] = {}) {
  const permissionSet = await server.addPermissionSet('Approvers')
  const user = await server.addUser('ada@target.example', { permissionSetIds: [permissionSet.id] })
  const app = await server.addApp('Warehouse', {
    scopes: ['api', 'openid', 'custom_permissions', 'refresh_token'],
    attributes,
    ...details,
  })
  const permission = (name: string, more: Partial<CustomPermission>): Promise<void> =>
    server.stores.customPermissions.add({
      id: `0CP00000000000${name.length}AAA`,
      orgId: server.org.id,
      name,
      label: name,
      description: undefined,
      appId: app.id,
      profileIds: [],
      permissionSetIds: [],
      ...more,
    })
  await permission('Approve_Orders', { permissionSetIds: [permissionSet.id] })
  await permission('Delete', {})
  await permission('See', { profileIds: [user.profileId] })
  await permission('Elsewhere', { appId: undefined, profileIds: [user.profileId] })
  return { user, app }
}

const permissions = { Approve_Orders: true, Delete: false, See: true }

async function asked(url: string, token: string) {
  const path = new URL(url, server.base).pathname
  return answerOf(await server.request(path, { headers: { authorization: `Bearer ${token}` } }))
}

describe('custom attributes and custom permissions', () => {
  it('are told by userinfo and the identity URL', async () => {
    const { user, app } = await anApp()
    const tokens = await tokensFor(server, user, app)
    for (const url of ['/services/oauth2/userinfo', tokens.id]) {
      const { body } = await asked(url, tokens.access_token)
      expect(body.custom_attributes).toEqual(values)
      expect(body.custom_permissions).toEqual(permissions)
    }
  })

  it('are about the user who is looked at', async () => {
    const { user, app } = await anApp()
    const bob = await server.addUser('bob@target.example', { country: 'FR' })
    const tokens = await tokensFor(server, user, app)
    const { body } = await asked(tokens.id.replace(user.id, bob.id), tokens.access_token)
    expect(body.custom_attributes).toEqual({ ...values, mail: 'bob@target.example', org: 'Target/FR', approves: 'no' })
    expect(body.custom_permissions).toEqual({ Approve_Orders: false, Delete: false, See: true })
  })

  it('say nothing of permissions without the scope for them, and nothing of attributes that there are not', async () => {
    const { user, app } = await anApp({ attributes: [] })
    const tokens = await tokensFor(server, user, app, { scope: 'openid api' })
    const { body } = await asked('/services/oauth2/userinfo', tokens.access_token)
    expect(body).not.toHaveProperty('custom_permissions')
    expect(body).not.toHaveProperty('custom_attributes')
  })

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('stand in the ID token as it is configured: attributes %s, permissions %s', async (has, may) => {
    const { user, app } = await anApp({
      idTokenConfig: { ...defaultIdTokenConfig, includesAttributes: has, includesCustomPermissions: may },
    })
    const claims = claimsOf((await tokensFor(server, user, app)).id_token)
    expect(claims.custom_attributes).toEqual(has ? values : undefined)
    expect(claims.custom_permissions).toEqual(may ? permissions : undefined)
  })

  it('are written as XML, too', async () => {
    const { user, app } = await anApp()
    const tokens = await tokensFor(server, user, app)
    const { text } = await answerOf(
      await server.request('/services/oauth2/userinfo?format=xml', {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      }),
    )
    expect(text).toContain('<custom_attributes><mail>ada@target.example</mail>')
    expect(text).toContain('<Approve_Orders>true</Approve_Orders>')
  })
})
