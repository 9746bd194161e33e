import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CustomScope } from '../../src/connected-apps/custom-scope.ts'
import { authorizeAs, signInOn, testBrowser } from './test-browser.ts'
import { answerOf, callbackUrl, startTestServer, type TestServer, targetBase } from './test-server.ts'
import { claimsOf, credentialsOf, refresh, refusalOf, tokensFor } from './test-tokens.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

const scope: CustomScope = {
  id: '1CS000000000001AAA',
  orgId: '',
  name: 'Read_Orders',
  label: 'Orders',
  description: 'Read the orders of the warehouse',
  isPublic: true,
  isProtected: false,
}

async function anApp(details: Parameters<TestServer['addApp']>[1] = {}) {
  await server.stores.customScopes.add({ ...scope, orgId: server.org.id })
  const user = await server.addUser('ada@target.example')
  const app = await server.addApp('Warehouse', { scopes: ['api', 'refresh_token', 'Read_Orders'], ...details })
  return { user, app }
}

describe('custom scopes', () => {
  it('are asked for, allowed and given like any other, also after a refresh, in a JWT and in introspection', async () => {
    const { user, app } = await anApp({ isNamedUserJwtEnabled: true })
    const tokens = await tokensFor(server, user, app, { scope: 'Read_Orders refresh_token' })
    expect(tokens.scope).toBe('Read_Orders refresh_token id')
    expect(claimsOf(tokens.access_token).scp).toBe('Read_Orders refresh_token id')
    const next = await refresh(server, app, tokens.refresh_token, { scope: 'Read_Orders' })
    expect(next.body.scope).toBe('Read_Orders id')
    const told = await server.post('/services/oauth2/introspect', {
      token: next.body.access_token,
      ...credentialsOf(app),
    })
    expect(told.body).toMatchObject({ active: true, scope: 'Read_Orders id' })
  })

  it('come with a request that names none, and with the flows that take no scope', async () => {
    const { user, app } = await anApp({ isClientCredentialEnabled: true })
    expect((await tokensFor(server, user, app)).scope).toBe('api refresh_token Read_Orders id')
    const byJwt = await server.post('/services/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: server.assertion({ iss: app.consumerKey, sub: user.username }),
    })
    expect(byJwt.body.scope.split(' ')).toContain('Read_Orders')
    const policies = await server.stores.apps.findPolicies(app.id, server.org.id)
    if (policies === undefined) throw new Error('The policies are gone.')
    await server.stores.apps.setPolicies({ ...policies, clientCredentialUserId: user.id })
    const grant = { grant_type: 'client_credentials', ...credentialsOf(app) }
    const byItself = await server.post(`${targetBase}/services/oauth2/token`, grant)
    expect(byItself.body.scope).toBe('api Read_Orders id')
  })

  it('are read where people allow access by their description', async () => {
    const { user, app } = await anApp()
    const browser = testBrowser(server)
    await signInOn(browser, await browser.open('/'), user.username)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.consumerKey,
      redirect_uri: callbackUrl,
      scope: 'Read_Orders',
    })
    const page = await browser.open(`/services/oauth2/authorize?${query}`)
    expect(page.html).toContain('<li data-scope="Read_Orders"><strong>Read the orders of the warehouse</strong></li>')
  })

  it('are refused to an app that they are not assigned to, whatever else it may', async () => {
    const { user } = await anApp()
    const other = await server.addApp('Other', { scopes: ['full', 'refresh_token'] })
    const callback = await authorizeAs(server, user.username, other.consumerKey, { scope: 'Read_Orders' }).catch(String)
    expect(String(callback)).toContain('invalid_scope')
    const { refresh_token } = await tokensFor(server, user, other)
    expect(await refusalOf(server, await refresh(server, other, refresh_token, { scope: 'Read_Orders' }))).toEqual({
      status: 400,
      error: 'invalid_scope',
      error_description: 'requested scope is invalid, unknown, or malformed',
      reason: 'scope-not-allowed',
    })
  })

  it('are named by discovery of the org where they are public, and nowhere else', async () => {
    await anApp()
    await server.stores.customScopes.add({
      ...scope,
      id: '1CS000000000002AAA',
      orgId: server.org.id,
      name: 'Hidden',
      isPublic: false,
    })
    const scopesAt = async (base: string) =>
      (await answerOf(await server.request(`${base}/.well-known/openid-configuration`))).body.scopes_supported
    expect(await scopesAt(targetBase)).toContain('Read_Orders')
    expect(await scopesAt(targetBase)).not.toContain('Hidden')
    expect(await scopesAt(server.base)).not.toContain('Read_Orders')
    await server.stores.customScopes.update({ ...scope, orgId: server.org.id, isPublic: false })
    expect(await scopesAt(targetBase)).not.toContain('Read_Orders')
  })

  it('are taken off every app with their deletion', async () => {
    const { app } = await anApp()
    await server.stores.customScopes.delete({ ...scope, orgId: server.org.id })
    expect((await server.stores.apps.find(app.id))?.scopes).toEqual(['api', 'refresh_token'])
    expect(await server.stores.customScopes.list(server.org.id)).toEqual([])
    const [entry] = await server.stores.auditTrail.list(server.org.id, { limit: 1 })
    expect(entry?.display).toBe('Deleted OAuth custom scope Read_Orders')
  })
})
