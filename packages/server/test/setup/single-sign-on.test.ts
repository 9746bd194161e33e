import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idpMetadataXml } from '../../src/saml/idp-metadata.ts'
import { encryptedByForge } from '../flows/test-encryption.ts'
import { addIdentityProvider, type SamlClaims, samlAssertion, signXml } from '../flows/test-saml.ts'
import { base, newSigner, targetBase } from '../flows/test-server.ts'
import { type SetupServer, startSetupServer, submitForm } from './setup-server.ts'

const path = '/setup/single-sign-on'
const validator = '/setup/saml-assertion-validator'
let setup: SetupServer

beforeAll(async () => {
  setup = await startSetupServer()
})

afterAll(() => setup.server.close())

const entered = () => ({
  name: 'Acme IdP',
  fullName: 'Acme_IdP',
  issuer: 'https://idp.example',
  samlEntityId: 'https://target.example',
  validationCert: setup.server.signer.pem,
  identityMapping: 'Username',
  identityLocation: 'SubjectNameId',
  attributeName: '',
  loginUrl: 'https://idp.example/sso',
  redirectBinding: 'redirect',
  requestSigningCertId: '',
  requestSignatureMethod: 'RSA-SHA256',
  decryptionCertificate: '',
  singleLogoutUrl: '',
  singleLogoutBinding: 'RedirectBinding',
  logoutUrl: '',
  samlJitHandlerId: '',
  executionUserId: '',
})

const stored = async () => (await setup.server.stores.samlSsoConfigs.list(setup.server.org.id))[0]

describe('Single Sign-On Settings', () => {
  it('says that nobody is believed yet, and where assertions go', async () => {
    const { html } = await setup.admin.browser.open(path)
    expect(html).toContain('No identity provider is believed')
    expect(html).toContain(`<code>${targetBase}/services/oauth2/token?so=${setup.server.org.id}</code>`)
  })

  it('says everything that is wrong with new ones at once, beside its field', async () => {
    const page = await submitForm(setup.admin, `${path}/new`, {
      ...entered(),
      fullName: '1st',
      issuer: ' ',
      validationCert: 'none',
      identityLocation: 'Attribute',
    })
    expect(page.status).toBe(422)
    expect(page.html).toContain('Complete this field.')
    const more = await submitForm(setup.admin, `${path}/new`, {
      ...entered(),
      fullName: '1st',
      validationCert: 'none',
      identityLocation: 'Attribute',
    })
    expect(more.html).toContain('A name begins with a letter')
    expect(more.html).toContain('This is no X.509 certificate')
    expect(more.html).toContain('Enter the name of the attribute')
    const urls = { singleLogoutUrl: 'http://idp.example/slo', logoutUrl: 'javascript:alert(1)' }
    const misplaced = await submitForm(setup.admin, `${path}/new`, { ...entered(), ...urls })
    expect([misplaced.status, misplaced.html.includes('Plain http is for localhost')]).toEqual([422, true])
    expect(misplaced.html).toContain('A URL has its scheme')
    expect(await stored()).toBeUndefined()
  })

  it('are made, shown, changed and deleted, and the audit trail tells it', async () => {
    const { admin, server } = setup
    const made = await submitForm(admin, `${path}/new`, entered())
    expect(made.html).toContain('Acme IdP is believed from now on.')
    expect(made.html).toContain(server.signer.pem.trim().split('\n')[1])
    const config = await stored()
    expect(config).toMatchObject({ fullName: 'Acme_IdP', identityMapping: 'Username', attributeName: undefined })
    expect(config).toMatchObject({ loginUrl: 'https://idp.example/sso', redirectBinding: true })
    const own = `${path}/${config?.id}`
    const { fullName: _, ...changes } = entered()
    const changed = {
      ...changes,
      identityMapping: 'FederationId',
      identityLocation: 'Attribute',
      attributeName: 'employee',
      redirectBinding: 'post',
      singleLogoutUrl: 'https://idp.example/slo',
      singleLogoutBinding: 'PostBinding',
      logoutUrl: 'https://home.example/',
    }
    expect((await submitForm(admin, `${own}/edit`, changed)).html).toContain('Federation ID, in the attribute employee')
    expect(await stored()).toMatchObject({ redirectBinding: false, requestSigningCertId: undefined })
    expect(await stored()).toMatchObject({
      singleLogoutUrl: 'https://idp.example/slo',
      singleLogoutBinding: 'PostBinding',
      logoutUrl: 'https://home.example/',
    })
    const shown = (await admin.browser.open(own)).html
    expect(shown).toContain('https://idp.example/slo')
    expect(shown).toContain(`${targetBase}/services/auth/sp/saml2/logout`)
    const twice = await submitForm(admin, `${path}/new`, { ...entered(), fullName: 'Other' })
    expect(twice.html).toContain('has this issuer already')
    expect((await submitForm(admin, `${own}/delete`)).html).toContain('Acme IdP is believed no more.')
    expect(await stored()).toBeUndefined()
    const trail = (await admin.browser.open('/setup/audit-trail')).html
    for (const words of ['Created SAML settings', 'Changed SAML settings', 'Deleted SAML settings']) {
      expect(trail).toContain(`${words} Acme IdP`)
    }
  })

  it('have a certificate of the org to decrypt with, which then has them in use, and a Login URL of their own', async () => {
    const { admin, server } = setup
    const certificate = await server.addCertificate('Decryption')
    const made = await submitForm(admin, `${path}/new`, { ...entered(), decryptionCertificate: 'Decryption' })
    const config = await stored()
    expect(config).toMatchObject({ decryptionCertificate: 'Decryption' })
    expect(made.html).toMatch(/Assertion Decryption Certificate<\/dt><dd>Decryption/)
    expect(made.html).toContain(`<code>${targetBase}?sc=${config?.id}</code>`)
    const used = await admin.browser.open(`/setup/certificates/${certificate.id}`)
    expect(used.html).toContain('Assertion Decryption Certificate')
    const refused = await submitForm(admin, `/setup/certificates/${certificate.id}/delete`)
    expect(refused.html).toContain('It is in use by the saml settings “Acme_IdP”')
    const own = `${path}/${config?.id}`
    const { fullName: _, ...changes } = entered()
    const wrong = await submitForm(admin, `${own}/edit`, { ...changes, decryptionCertificate: 'None' })
    expect(wrong.status).toBe(422)
    expect((await submitForm(admin, `${own}/edit`, changes)).html).toContain(`?so=${server.org.id}</code>`)
    expect(await stored()).toMatchObject({ decryptionCertificate: undefined })
    await server.stores.samlSsoConfigs.delete(config?.id ?? '')
  })

  it('have users made by signing in, if these are known by their Federation ID', async () => {
    const { admin, server } = setup
    const refused = await submitForm(admin, `${path}/new`, { ...entered(), userProvisioning: 'on' })
    expect([refused.status, refused.html.includes('Users are made by their Federation ID')]).toEqual([422, true])
    const form = { ...entered(), identityMapping: 'FederationId', userProvisioning: 'on' }
    const made = await submitForm(admin, `${path}/new`, form)
    expect(made.html).toMatch(/User Provisioning Enabled<\/dt><dd>Yes/)
    const config = await stored()
    expect(config).toMatchObject({ userProvisioning: true })
    const { fullName: _, userProvisioning, ...changes } = form
    const edit = `${path}/${config?.id}/edit`
    expect((await submitForm(admin, edit, { ...changes, identityMapping: 'UserId', userProvisioning })).status).toBe(
      422,
    )
    await submitForm(admin, edit, { ...changes, identityMapping: 'UserId' })
    expect(await stored()).toMatchObject({ userProvisioning: false, identityMapping: 'UserId' })
    await server.stores.samlSsoConfigs.delete(config?.id ?? '')
  })

  it('have a handler say what these users are like, as somebody of the org', async () => {
    const { admin, server } = setup
    const form = {
      ...entered(),
      identityMapping: 'FederationId',
      userProvisioning: 'on',
      samlJitHandlerId: 'NewHires',
      executionUserId: admin.user.username,
    }
    for (const [wrong, words] of [
      [{ samlJitHandlerId: '../NewHires' }, 'A name begins with a letter'],
      [{ executionUserId: 'nobody@target.example' }, 'This org has no user “nobody@target.example”.'],
      [{ executionUserId: '' }, 'as whom the handler runs'],
    ] as const) {
      const refused = await submitForm(admin, `${path}/new`, { ...form, ...wrong })
      expect([refused.status, refused.html.includes(words)]).toEqual([422, true])
    }
    const made = await submitForm(admin, `${path}/new`, form)
    expect(made.html).toMatch(/User Provisioning Type<\/dt><dd>Custom SAML JIT with Apex handler/)
    expect(made.html).toMatch(new RegExp(`Execute Handler As</dt><dd>${admin.user.username}`))
    const config = await stored()
    expect(config).toMatchObject({ samlJitHandlerId: 'NewHires', executionUserId: admin.user.id })
    const edit = `${path}/${config?.id}/edit`
    expect((await admin.browser.open(edit)).html).toContain(`value="${admin.user.username}"`)
    const { fullName: _, ...changes } = form
    await submitForm(admin, edit, { ...changes, samlJitHandlerId: '', executionUserId: '' })
    expect(await stored()).toMatchObject({ samlJitHandlerId: undefined, executionUserId: undefined })
    expect((await admin.browser.open(`${path}/${config?.id}`)).html).toMatch(/Provisioning Type<\/dt><dd>Standard/)
    await server.stores.samlSsoConfigs.delete(config?.id ?? '')
  })

  it('are told to the provider by a file, and made of the file that it gives', async () => {
    const { admin, server } = setup
    const config = await addIdentityProvider(server)
    const own = `${path}/${config.id}`
    expect((await admin.browser.open(own)).html).toContain(`href="${own}/metadata"`)
    const file = await admin.browser.open(`${own}/metadata`)
    expect(file.html).toContain(`Location="${targetBase}?so=${server.org.id}"`)
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="Acme_IdP.xml"')
    expect((await setup.stranger.browser.open(`${own}/metadata`)).status).toBe(404)
    await server.stores.samlSsoConfigs.delete(config.id)

    const making = `${path}/new-from-metadata`
    expect((await admin.browser.open(path)).html).toContain(`href="${making}"`)
    expect((await admin.browser.open(making)).html).toContain(`value="${targetBase}"`)
    const metadata = idpMetadataXml(
      {
        entityId: 'https://hq.example',
        base: 'https://hq.example',
        certificate: config.validationCert,
        nameIdFormat: 'x',
        wantsSignedRequests: false,
        hasLogout: true,
      },
      server.now(),
    )
    const form = { metadata, name: 'HQ', fullName: 'HQ', samlEntityId: targetBase, identityMapping: 'FederationId' }
    const wrong = await submitForm(admin, making, { ...form, metadata: file.html })
    expect([wrong.status, wrong.html.includes('It is no metadata of an identity provider')]).toEqual([422, true])
    const plain = { ...form, metadata: metadata.replaceAll('Location="https:', 'Location="http:') }
    const unfit = await submitForm(admin, making, plain)
    expect([unfit.status, unfit.html.includes('Plain http is for localhost')]).toEqual([422, true])
    expect((await submitForm(admin, making, form)).html).toContain('HQ is believed from now on.')
    expect(await stored()).toMatchObject({
      issuer: 'https://hq.example',
      samlEntityId: targetBase,
      identityMapping: 'FederationId',
      loginUrl: 'https://hq.example/idp/endpoint/HttpRedirect',
      singleLogoutUrl: 'https://hq.example/services/auth/idp/saml2/logout',
    })
    const twice = await submitForm(admin, making, { ...form, fullName: 'HQ2' })
    expect([twice.status, twice.html.includes('has this issuer already')]).toEqual([422, true])
    await server.stores.samlSsoConfigs.delete((await stored())?.id ?? '')
  })

  it('are changed by nobody who may not, and are nothing of another org', async () => {
    const { server, stranger, signIn } = setup
    const config = await addIdentityProvider(server)
    const viewers = await server.addProfile({ name: 'Viewers', permissions: ['ViewSetup'] })
    const viewer = await signIn(await server.addUser('viewer@target.example', { profileId: viewers.id }))
    const { html } = await viewer.browser.open(`${path}/${config.id}`)
    expect([html.includes('https://idp.example'), html.includes('/edit')]).toEqual([true, false])
    expect((await viewer.browser.open(`${path}/${config.id}/edit`)).status).toBe(403)
    expect((await stranger.browser.open(`${path}/${config.id}`)).status).toBe(404)
    await server.stores.samlSsoConfigs.delete(config.id)
  })
})

describe('the SAML Assertion Validator', () => {
  const signed = (claims: SamlClaims = {}, signer = setup.server.signer) => {
    const recipient = `${base}/services/oauth2/token?so=${setup.server.org.id}`
    const usual = { issuer: 'https://idp.example', audience: 'https://target.example', recipient }
    const named = { ...usual, nameId: setup.standard.user.username, ...claims }
    return signXml(samlAssertion(named, setup.server.now(), base), signer)
  }
  const validate = (assertion: string) => submitForm(setup.admin, validator, { assertion })

  beforeAll(() => addIdentityProvider(setup.server))

  it.each([
    ['as XML', (xml: string) => xml],
    [
      'in base64, with line breaks',
      (xml: string) =>
        Buffer.from(xml)
          .toString('base64')
          .replaceAll(/(.{64})/g, '$1\n'),
    ],
    ['in base64url', (xml: string) => Buffer.from(xml).toString('base64url')],
  ])('takes an assertion %s, and shows every check', async (_, write) => {
    const { html, status } = await validate(write(signed()))
    expect(status).toBe(200)
    expect(html).toContain('The assertion would open a session')
    for (const title of [
      'The issuer is the one of single sign-on settings of the org',
      'The signature was made with the key of the certificate that is registered here',
      'The Audience names this server',
      'The Recipient is the address that it was sent to',
      'The assertion is valid now (NotBefore, NotOnOrAfter)',
      'The user is known here',
    ]) {
      expect(html).toContain(title)
    }
    expect(html).not.toContain('Not reached')
  })

  it('takes a response that is encrypted, and shows that it was decrypted', async () => {
    const { server } = setup
    const [config] = await server.stores.samlSsoConfigs.list(server.org.id)
    if (config === undefined) throw new Error('There are no settings.')
    await server.stores.samlSsoConfigs.update({ ...config, decryptionCertificate: 'Decryption' })
    const held = await server.stores.certificates.findByName(server.org.id, 'Decryption')
    const response = (content: string) =>
      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${content}</samlp:Response>`
    const xml = response(encryptedByForge(signed(), held?.certificate.pem ?? ''))
    const { html } = await validate(xml)
    expect(html).toContain('The assertion would open a session')
    expect(html).toContain('What was encrypted for the org could be decrypted, and read')
    expect(html).not.toContain('Not reached')
    const refused = await validate(response(encryptedByForge(signed(), server.signer.pem)))
    expect(refused.html).toContain('<code>saml-decryption-failed</code>')
    await server.stores.samlSsoConfigs.update(config)
  })

  it('says whom signing in would make, and makes nobody', async () => {
    const { server } = setup
    const [config] = await server.stores.samlSsoConfigs.list(server.org.id)
    if (config === undefined) throw new Error('There are no settings.')
    await server.stores.samlSsoConfigs.update({ ...config, identityMapping: 'FederationId', userProvisioning: true })
    const named = {
      'User.Username': 'made@target.example',
      'User.Email': 'made@target.example',
      'User.LastName': 'Made',
    }
    const attributes = { ...named, 'User.ProfileId': 'Standard User' }
    const { html } = await validate(signed({ nameId: 'E-new', attributes }))
    expect(html).toContain('At a browser it would make the user made@target.example.')
    expect(html).toContain('The user can be made, or brought up to date, of what the assertion says')
    const refused = await validate(signed({ nameId: 'E-new', attributes: named }))
    expect(refused.html).toContain('<code>saml-jit-attribute-missing</code>')
    await server.addUser('known@target.example', { federationId: 'E-known' })
    const changed = await validate(signed({ nameId: 'E-known', attributes: { 'User.LastName': 'Changed' } }))
    expect(changed.html).toContain('it would bring the user known@target.example up to date')
    expect(await server.stores.users.findByUsername('made@target.example')).toBeUndefined()
    expect(await server.stores.users.findByUsername('known@target.example')).not.toMatchObject({ lastName: 'Changed' })
    await server.stores.samlSsoConfigs.update(config)
  })

  it('uses nothing up', async () => {
    const xml = signed()
    await validate(xml)
    await validate(xml)
    const form = {
      grant_type: 'assertion',
      assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser',
      assertion: Buffer.from(xml).toString('base64'),
    }
    expect((await setup.server.post(`/services/oauth2/token?so=${setup.server.org.id}`, form)).status).toBe(200)
  })

  it.each<[string, () => Promise<string> | string, string]>([
    ['another audience', () => signed({ audience: 'https://other.example' }), 'saml-audience-unknown'],
    ['another key', async () => signed({}, await newSigner()), 'saml-signature-wrong'],
    ['a user who is not there', () => signed({ nameId: 'nobody@target.example' }), 'sso-user-unknown'],
    ['another issuer', () => signed({ issuer: 'https://other.example' }), 'saml-issuer-unknown'],
    ['what is no assertion', () => 'nothing', 'saml-malformed'],
  ])('says for %s which check refused, what to do, and what was not reached', async (_, assertion, reason) => {
    const { html } = await validate(await assertion())
    expect(html).toContain('The assertion is refused.')
    expect(html).toContain(`<code>${reason}</code>`)
    expect(html).toContain('What to do.')
    expect(html).toContain('Not reached')
  })

  it('shows what a stranger wrote as text and nothing else', async () => {
    const { html } = await validate(signed({ issuer: '&lt;script&gt;alert(1)&lt;/script&gt;' }))
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&lt;script&gt;')
  })
})

describe('the Federation ID of users', () => {
  it('is entered, shown, and unique in the org', async () => {
    const { admin, server, standard } = setup
    const path = `/setup/users/${standard.user.id}/edit`
    const { firstName, lastName, email, username, nickname, timeZone, locale, language } = standard.user
    const details = { firstName: firstName ?? '', lastName, email, username, nickname, timeZone, locale, language }
    const form = { ...details, profile: 'Standard User', country: '', mobilePhone: '', isActive: 'on' }
    expect((await submitForm(admin, path, { ...form, federationId: 'E-4711' })).html).toContain('E-4711')
    await server.addUser('other@target.example', { federationId: 'E-1' })
    const taken = await submitForm(admin, path, { ...form, federationId: 'E-1' })
    expect([taken.status, taken.html.includes('other@target.example has this Federation ID')]).toEqual([422, true])
  })
})
