import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import type { User } from '../../src/users/user.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

describe('whose journal a request is in', () => {
  let server: TestServer
  let app: ConnectedApp
  let user: User
  let foreignApp: ConnectedApp
  beforeAll(async () => {
    server = await startTestServer()
    app = await server.addApp('Warehouse')
    user = await server.addUser('ada@target.example')
    foreignApp = await server.addApp('Foreign', { orgId: server.otherOrg.id }, { orgId: server.otherOrg.id })
  })
  afterAll(() => server.close())

  const ask = async (assertion: string, host = 'localhost:8787') =>
    server.journalOf(await server.post('/services/oauth2/token', { grant_type: grantType, assertion }, { host }))
  const unknownUser = ({ consumerKey }: ConnectedApp) =>
    server.assertion({ iss: consumerKey, sub: 'nobody@target.example' })
  const unknownApp = () => server.assertion({ iss: 'unknown', sub: user.username })

  it("is the user's org, at whichever address it was asked", async () => {
    const assertion = server.assertion({ iss: app.consumerKey, sub: user.username })
    expect(await ask(assertion)).toMatchObject({ orgId: server.org.id, userId: user.id })
    expect(await ask(assertion, 'localhost:8788')).toMatchObject({ orgId: server.org.id, userId: user.id })
  })

  it('is the org of the app as long as nobody knows of whom it is, at the login host', async () => {
    expect(await ask(unknownUser(app))).toMatchObject({ orgId: server.org.id, appId: app.id, userId: undefined })
  })

  it('is the org at whose own address it was asked, not the one that made the app', async () => {
    const entry = await ask(unknownUser(foreignApp), 'localhost:8789')
    expect(entry).toMatchObject({ orgId: server.org.id, appId: foreignApp.id })
  })

  it("is the org at whose own address an unknown app asked, and nobody's at the login host", async () => {
    expect(await ask(unknownApp(), 'localhost:8789')).toMatchObject({ orgId: server.org.id, appId: undefined })
    const entry = await ask(unknownApp())
    expect(entry).toMatchObject({ orgId: undefined, refusal: { reason: 'client-unknown' } })
    const filter = { requestId: entry.requestId }
    expect(await server.stores.journal.list(server.org.id, filter, { limit: 1 })).toEqual([])
    expect(await server.stores.journal.listOfServer(filter, { limit: 1 })).toHaveLength(1)
  })

  it('tells an authorize request with an app but nobody signed in to the org of the app', async () => {
    const query = new URLSearchParams({ response_type: 'code', client_id: foreignApp.consumerKey, redirect_uri: 'x:y' })
    const answer = await server.request(`/services/oauth2/authorize?${query}`)
    expect(await server.journalOf(answer)).toMatchObject({ orgId: server.otherOrg.id, appId: foreignApp.id })
  })
})
