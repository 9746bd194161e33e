import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { targetBase } from '../flows/test-server.ts'
import { addSamlApp, newCertificateOf } from '../flows/test-service-provider.ts'
import { formOn, type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
  await setup.server.addCertificate('Provider')
  await newCertificateOf(setup.server, 'Of_The_App', setup.server.signer.pem)
})

afterAll(() => setup.server.close())

const path = '/setup/identity/saml'
const settings = async () => (await setup.server.stores.orgs.find(setup.server.org.id))?.settings

describe('Identity Provider in Setup', () => {
  it('is enabled with a certificate whose key is here, and with no other', async () => {
    const { html } = await setup.admin.browser.open(path)
    expect(html).toContain('<option value="Provider"')
    expect(html).not.toContain('<option value="Of_The_App"')
    const without = await submitForm(setup.admin, path, { enableIdentityProvider: 'on', certificateName: '' })
    expect([without.status, without.html.includes('Choose the certificate whose key signs.')]).toEqual([422, true])
    await submitForm(setup.admin, path, { enableIdentityProvider: 'on', certificateName: 'Of_The_App' })
    expect(await settings()).toMatchObject({ enableIdentityProvider: false })
    const page = await submitForm(setup.admin, path, { enableIdentityProvider: 'on', certificateName: 'Provider' })
    expect(page.html).toContain('The org is an identity provider.')
    expect(await settings()).toMatchObject({
      enableIdentityProvider: true,
      identityProviderCertificate: 'Provider',
    })
  })

  it('shows what apps have to be told, and which apps there are', async () => {
    const app = await addSamlApp(setup.server, 'Wiki')
    const { html } = await setup.admin.browser.open('/setup/identity')
    for (const shown of [
      `${targetBase}/idp/endpoint/HttpPost`,
      `${targetBase}/services/auth/idp/saml2/logout`,
      `href="${targetBase}/.well-known/samlidp.xml"`,
      'https://sp.example/saml/metadata',
      `${targetBase}/idp/login?app=${app.id.slice(0, 15)}`,
    ]) {
      expect(html).toContain(shown)
    }
    const view = await setup.admin.browser.open(`/setup/connected-apps/${app.id}`)
    expect(view.html).toContain(`${targetBase}/.well-known/samlidp/Wiki.xml`)
  })

  it('keeps the certificate from being deleted', async () => {
    const { stores, org } = setup.server
    const held = await stores.certificates.findByName(org.id, 'Provider')
    const page = await setup.admin.browser.open(`/setup/certificates/${held?.id}`)
    expect(page.html).toContain('Identity Provider')
    const refused = await submitForm(setup.admin, `/setup/certificates/${held?.id}/delete`)
    expect(refused.html).toContain('It is in use by the identity provider')
  })
})

describe('Web App Settings of an app in Setup', () => {
  const entered = (html: string, action: string, more: Record<string, string>) => {
    const sent = new Map([
      ...formOn(html, action),
      ...Object.entries(more).map(([name, text]) => [name, [text]] as const),
    ])
    sent.delete('checkCertificate')
    return [...sent].flatMap(([name, all]) => all.map((one): [string, string] => [name, one]))
  }

  it('are entered, shown again, refused beside their fields, and taken away', async () => {
    const { browser } = setup.admin
    const app = await setup.server.addApp('Shop')
    const edit = `/setup/connected-apps/${app.id}/edit`
    const post = async (more: Record<string, string>) =>
      browser.submit(edit, entered((await browser.open(edit)).html, edit, more))
    const wrong = await post({
      entityUrl: 'https://sp.example/saml/metadata',
      acsUrl: 'javascript:alert(1)',
      samlSubjectType: 'CustomAttr',
      samlSubjectCustomAttr: 'Nothing',
      samlCertificate: 'none',
    })
    expect(wrong.status).toBe(422)
    for (const message of [
      'A URL has its scheme, a colon and a slash',
      'There is no field “Nothing” of users',
      'This is no X.509 certificate',
    ]) {
      expect(wrong.html).toContain(message)
    }
    const twin = await post({ entityUrl: 'https://sp.example/saml/metadata', acsUrl: 'https://shop.example/acs' })
    expect(twin.html).toContain('“Wiki” has this Entity Id')
    await post({
      entityUrl: 'https://shop.example',
      acsUrl: 'https://shop.example/acs',
      samlEncryptionCertificate: 'Of_The_App',
      samlSloUrl: 'https://shop.example/logout',
    })
    const stored = async () => (await setup.server.stores.apps.find(app.id))?.saml
    expect(await stored()).toMatchObject({
      entityUrl: 'https://shop.example',
      samlSubjectType: 'Username',
      encryptionCertificate: 'Of_The_App',
      encryptionType: 'AES_256',
      samlSloUrl: 'https://shop.example/logout',
      samlIdpSLOBindingEnum: 'RedirectBinding',
    })
    const shown = formOn((await browser.open(edit)).html, edit)
    expect([shown.get('acsUrl'), shown.get('samlSloUrl')]).toEqual([
      ['https://shop.example/acs'],
      ['https://shop.example/logout'],
    ])
    await post({ entityUrl: '' })
    expect(await stored()).toBeUndefined()
  })
})
