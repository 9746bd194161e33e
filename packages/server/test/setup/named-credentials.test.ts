import { beforeEach, describe, expect, it } from 'vitest'
import { tokensFor } from '../flows/test-tokens.ts'
import { addCredentials, enteredExternal, enteredNamed } from './credentials.ts'
import { type SetupServer, sendForm, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeEach(async () => {
  setup = await startSetupServer()
  return () => setup.server.close()
})

const path = '/setup/named-credentials'

describe('Named Credentials', () => {
  it('are made with an external one, which signs with a certificate that is not deleted then', async () => {
    const { admin, server } = setup
    await submitForm(admin, '/setup/certificates/new-self-signed', { label: 'Signer', name: 'Signer', keySize: '2048' })
    const external = { ...enteredExternal, name: 'Org_B', signingCertificate: 'Signer' }
    expect((await submitForm(admin, `${path}/external/new`, external)).html).toContain('“Org_B” has been made')
    const named = { ...enteredNamed, name: 'Org_B_Api', headers: 'X-Tenant: 7' }
    expect((await submitForm(admin, `${path}/new`, named)).html).toContain('callout:Org_B_Api')
    const list = await admin.browser.open(path)
    expect(list.html).toContain('https://b.example')
    expect(list.html).toContain('Oauth, JwtBearer')

    const [certificate] = await server.stores.certificates.list(server.org.id)
    const own = `/setup/certificates/${certificate?.id}`
    expect((await admin.browser.open(own)).html).toContain('Org B sign-in')
    expect((await submitForm(admin, `${own}/delete`)).html).toContain('in use by the external credential “Org_B”')
    expect(await server.stores.certificates.list(server.org.id)).toHaveLength(1)

    const [entry] = await server.stores.auditTrail.list(server.org.id, { limit: 1 })
    expect(entry).toMatchObject({ section: 'Named Credentials' })
  })

  it('are changed and deleted, the external one last', async () => {
    const { admin, server } = setup
    const { namedCredential, externalCredential } = await addCredentials(server)
    const form = await admin.browser.open(`${path}/${namedCredential.id}/edit`)
    expect(form.html).toContain('X-Tenant: 7')
    await sendForm(admin, form, { url: 'https://c.example', headers: 'X-Tenant: 8' })
    const [changed] = await server.stores.namedCredentials.list(server.org.id)
    expect(changed?.settings).toMatchObject({ label: 'Org B', description: 'Orders', calloutStatus: 'Enabled' })
    expect((await admin.browser.open(`${path}/${namedCredential.id}`)).html).toContain('https://c.example')

    const remove = `${path}/external/${externalCredential.id}/delete`
    expect((await submitForm(admin, remove)).html).toContain('These named credentials sign in by it: “Org_B_Api”')
    await submitForm(admin, `${path}/${namedCredential.id}/delete`)
    expect((await submitForm(admin, remove)).html).toContain('has been deleted')
    expect(await server.stores.externalCredentials.list(server.org.id)).toEqual([])
  })

  it('say in their fields what is wrong', async () => {
    const { admin, server } = setup
    await addCredentials(server)
    const wrong = { ...enteredNamed, name: 'Org_B_Api', url: 'b.example', headers: 'Host: x' }
    expect((await submitForm(admin, `${path}/new`, wrong)).html).toContain('There is a named credential “Org_B_Api”')
    const answer = await submitForm(admin, `${path}/new`, { ...wrong, name: 'B Api' })
    expect(answer.status).toBe(422)
    for (const field of ['name', 'url', 'headers']) expect(answer.html).toContain(`id="f-${field}-problem"`)
    const external = { ...enteredExternal, name: 'Other', audience: '', statusCodes: '500', namedPrincipals: '' }
    const { html } = await submitForm(admin, `${path}/external/new`, external)
    expect(html).toContain('id="f-statusCodes-problem"')
    for (const words of ['Add a principal', 'A JWT is signed', 'missing: aud']) expect(html).toContain(words)
  })
})

describe('NamedCredential', () => {
  it('has rows for SOQL', async () => {
    const { admin, server } = setup
    const { namedCredential } = await addCredentials(server)
    const soql = 'SELECT Id, DeveloperName, MasterLabel, Endpoint, PrincipalType FROM NamedCredential'
    const { access_token: token } = await tokensFor(server, admin.user, await server.addApp('Reader'))
    const answer = await server.request(`/services/data/v62.0/query?q=${encodeURIComponent(soql)}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(JSON.parse(await answer.text())).toMatchObject({
      records: [
        { Id: namedCredential.id, DeveloperName: 'Org_B_Api', MasterLabel: 'Org B', Endpoint: 'https://b.example' },
      ],
    })
  })
})
