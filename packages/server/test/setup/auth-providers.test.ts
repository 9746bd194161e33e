import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { targetBase } from '../flows/test-server.ts'
import { type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/auth-providers'
let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const entered = {
  friendlyName: 'Acme ID',
  developerName: 'Acme_ID',
  consumerKey: 'client-1',
  consumerSecret: 'outside secret',
  idTokenIssuer: 'https://id.example',
  authorizeUrl: 'https://id.example/authorize',
  tokenUrl: 'https://id.example/token',
  userInfoUrl: '',
  defaultScopes: 'openid email',
  isPkceEnabled: 'on',
  userMatching: 'Email',
}

const stored = async () => (await setup.server.stores.authProviders.list(setup.server.org.id))[0]
const secretOf = (sealed: string | undefined) => setup.server.seal.open(sealed ?? '', 'auth provider secret')

describe('Auth. Providers', () => {
  it('says everything that is wrong with a new one at once, beside its field', async () => {
    const page = await submitForm(setup.admin, `${path}/new`, {
      ...entered,
      developerName: '1st',
      consumerSecret: '',
      isPkceEnabled: '',
      idTokenIssuer: '',
      authorizeUrl: 'http://id.example/authorize',
      tokenUrl: 'https://me:secret@id.example/token',
      defaultScopes: 'openid  email',
    })
    expect(page.status).toBe(422)
    for (const words of [
      'A name begins with a letter',
      'without either nobody can be recognized',
      'Use https; http is for this very machine alone.',
      'An address has neither a user name nor a fragment.',
      'Enter scopes with one space between them',
      'A client without a secret needs PKCE',
    ]) {
      expect(page.html).toContain(words)
    }
    expect(await stored()).toBeUndefined()
  })

  it('takes https alone in the strict posture', async () => {
    const strict = await startSetupServer({ posture: { acceptsPlainProviders: false } })
    const { html } = await submitForm(strict.admin, `${path}/new`, {
      ...entered,
      tokenUrl: 'http://localhost:9000/token',
    })
    expect(html).toContain('Use https.')
    await strict.server.close()
  })

  it('are made, shown without their secret, changed and deleted, and the audit trail tells it', async () => {
    const { admin } = setup
    const made = await submitForm(admin, `${path}/new`, entered)
    expect(made.html).toContain('Acme ID is on the sign-in page from now on.')
    for (const end of ['auth/sso', 'auth/link', 'auth/test', 'authcallback']) {
      expect(made.html).toContain(`${targetBase}/services/${end}/Acme_ID`)
    }
    expect(made.html).not.toContain('outside secret')
    const provider = await stored()
    expect(provider).toMatchObject({ developerName: 'Acme_ID', isPkceEnabled: true, userMatching: 'Email' })
    expect(secretOf(provider?.sealedSecret)).toBe('outside secret')

    const own = `${path}/${provider?.id}`
    const { developerName: _, ...changes } = entered
    const kept = { ...changes, friendlyName: 'Acme One', consumerSecret: '', userMatching: 'LinkedOnly' }
    expect((await admin.browser.open(`${own}/edit`)).html).not.toContain('outside secret')
    expect((await submitForm(admin, `${own}/edit`, kept)).html).toContain('Acme One is saved.')
    expect(await stored()).toMatchObject({ friendlyName: 'Acme One', userMatching: 'LinkedOnly' })
    expect(secretOf((await stored())?.sealedSecret)).toBe('outside secret')
    await submitForm(admin, `${own}/edit`, { ...kept, hasNoSecret: 'on' })
    expect(await stored()).toMatchObject({ sealedSecret: undefined })

    const twice = await submitForm(admin, `${path}/new`, entered)
    expect(twice.html).toContain('has a provider “Acme_ID” already')
    expect((await submitForm(admin, `${own}/delete`)).html).toContain('Acme One is gone.')
    expect(await stored()).toBeUndefined()
    const trail = (await admin.browser.open('/setup/audit-trail')).html
    expect(trail).toContain('Created auth. provider Acme ID')
    expect(trail).toContain('Changed auth. provider Acme One')
    expect(trail).toContain('Deleted auth. provider Acme One')
  })

  it('show who is linked, and end a link', async () => {
    const { admin, server, standard } = setup
    await submitForm(admin, `${path}/new`, { ...entered, developerName: 'Linked' })
    const provider = await stored()
    if (provider === undefined) throw new Error('The provider is gone.')
    const link = { orgId: server.org.id, providerId: provider.id, userId: standard.user.id, createdAt: server.now() }
    await server.stores.accountLinks.add({ ...link, remoteId: 'remote/1 ä' })
    const page = await admin.browser.open(`${path}/${provider.id}`)
    expect(page.html).toContain(standard.user.username)
    expect(page.html).toContain('<code>remote/1 ä</code>')
    const [, unlink = ''] = /href="([^"]*\/unlink\/[^"]*)"/.exec(page.html) ?? []
    expect((await submitForm(admin, unlink)).html).toContain('The account is unlinked.')
    expect(await server.stores.accountLinks.list(provider.id, 10)).toEqual([])
    expect((await admin.browser.open(unlink)).status).toBe(404)
    expect((await admin.browser.open('/setup/audit-trail')).html).toContain(
      `Unlinked from an auth. provider: the user ${standard.user.username}`,
    )
  })

  it('are changed by nobody who may not, and are nothing of another org', async () => {
    const { server, stranger, signIn } = setup
    const provider = await stored()
    const viewers = await server.addProfile({ name: 'Viewers', permissions: ['ViewSetup'] })
    const viewer = await signIn(await server.addUser('viewer@target.example', { profileId: viewers.id }))
    const { html } = await viewer.browser.open(`${path}/${provider?.id}`)
    expect([html.includes('https://id.example'), html.includes('/edit')]).toEqual([true, false])
    expect((await viewer.browser.open(`${path}/${provider?.id}/edit`)).status).toBe(403)
    expect((await stranger.browser.open(`${path}/${provider?.id}`)).status).toBe(404)
  })
})
