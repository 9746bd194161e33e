import { describe, expect, it } from 'vitest'
import { applyBesideCertificate, changesOf } from '../../test/applied-org-file.ts'
import { openActs, type TestActs } from '../../test/open-acts.ts'
import { type Application, applyOrgFile } from './apply.ts'
import { orgFileFrom } from './read.ts'
import { orgEntryOf, orgFileYaml } from './write.ts'

const acme = `
orgs:
  - name: Acme
    port: 8789
    settings:
      identityProviderSettings: { enableIdentityProvider: true, certificateName: Provider }
    certificates:
      - name: Provider
    connectedApps:
      - fullName: Wiki
        contactEmail: dev@acme.example
        samlConfig:
          entityUrl: https://wiki.example/saml
          acsUrl: https://wiki.example/saml/acs
          samlSubjectType: CustomAttribute
          samlSubjectCustomAttr: Email
          certificateFile: wiki.crt
          encryptionCertificate: Provider
          samlSloUrl: https://wiki.example/saml/logout
        profileName: [System Administrator]
`

const apply = (acts: TestActs, text: string) => applyBesideCertificate(acts, text, 'Wiki')

function mistakesOf(application: Application): readonly string[] {
  return application.ok ? [] : application.mistakes.map(({ path, message }) => `${path}: ${message}`)
}

describe('an identity provider in an org file', () => {
  it('is made with its certificate and its apps, which may have nothing of OAuth', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, acme))).toEqual([
      'org Acme created',
      'certificate Provider created',
      'connected app Wiki created',
    ])
    const org = await acts.orgs.findByName('Acme')
    expect(org?.settings).toMatchObject({ enableIdentityProvider: true, identityProviderCertificate: 'Provider' })
    const app = await acts.apps.findByName(org?.id ?? '', 'Wiki')
    expect(app).toMatchObject({
      callbackUrls: [],
      scopes: [],
      saml: { samlSubjectType: 'CustomAttr', samlNameIdFormat: 'Unspecified', encryptionType: 'AES_256' },
    })
    expect(app?.saml?.certificate?.subject).toContain('CN=Wiki')
  })

  it('changes nothing when it is applied again, as it stands or as it is exported', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, acme))
    const unchanged = ['org Acme unchanged', 'certificate Provider unchanged', 'connected app Wiki unchanged']
    expect(changesOf(await apply(acts, acme))).toEqual(unchanged)
    const org = await acts.orgs.findByName('Acme')
    if (org === undefined) throw new Error('The org is gone.')
    const file = { orgs: [await orgEntryOf(acts, org)] }
    expect(orgFileYaml(file)).toContain('enableIdentityProvider: true')
    expect(file.orgs[0]?.connectedApps).toMatchObject([{ samlConfig: { samlSubjectCustomAttr: 'Email' } }])
    const again = await applyOrgFile(acts, await orgFileFrom(file, 'acme.yaml'), { allowsPasswords: true })
    for (const change of changesOf(again)) expect(change).toMatch(/unchanged$/)
    const off = await apply(acts, acme.replace('enableIdentityProvider: true', 'enableIdentityProvider: false'))
    expect(changesOf(off)).toContain('org Acme changed')
  })

  it.each([
    [
      'certificateName: Provider',
      'certificateName: Privider',
      'settings.identityProviderSettings.certificateName: This org has no certificate “Privider”. Did you mean “Provider”?',
    ],
    [
      '    port: 8789\n',
      '',
      'settings.identityProviderSettings.enableIdentityProvider: An identity provider needs an address of its own',
    ],
    [
      'encryptionCertificate: Provider',
      'encryptionCertificate: None',
      "samlConfig.encryptionCertificate: The app's org has no certificate “None”",
    ],
    [
      'acsUrl: https://wiki.example/saml/acs',
      'acsUrl: http://wiki.example',
      'samlConfig.acsUrl: Plain http is for localhost',
    ],
    [
      'samlSubjectCustomAttr: Email',
      'samlSubjectCustomAttr: Shoes',
      'samlConfig.samlSubjectCustomAttr: There is no field “Shoes”',
    ],
    [
      'samlSloUrl:',
      'samlSloURL:',
      'samlConfig.samlSloURL: “samlConfig” of a connected app has no field “samlSloURL”. Did you mean “samlSloUrl”?',
    ],
  ])('is refused with %s', async (before, after, message) => {
    await using acts = await openActs()
    const mistakes = mistakesOf(await apply(acts, acme.replace(before, after)))
    expect(mistakes).toEqual([expect.stringContaining(message)])
    expect(await acts.orgs.findByName('Acme')).toBeUndefined()
  })

  it('says of an identity provider that is believed how it is asked, too', async () => {
    await using acts = await openActs()
    const believing = `${acme}
    users:
      - username: admin@acme.example
        lastName: Admin
        email: admin@acme.example
        profile: System Administrator
    samlSsoConfigs:
      - fullName: Headquarters
        issuer: https://idp.example
        samlEntityId: https://acme.example
        samlVersion: SAML2_0
        validationCertFile: idp.crt
        loginUrl: https://idp.example/sso
        redirectBinding: false
        requestSigningCertId: Provider
        requestSignatureMethod: RSA-SHA1
        decryptionCertificate: Provider
        identityMapping: FederationId
        userProvisioning: true
        samlJitHandlerId: NewHires
        executionUserId: admin@acme.example
        singleLogoutUrl: https://idp.example/slo
        singleLogoutBinding: PostBinding
        logoutUrl: https://acme.example/bye
`
    changesOf(await apply(acts, believing))
    const org = await acts.orgs.findByName('Acme')
    const asked = {
      loginUrl: 'https://idp.example/sso',
      redirectBinding: false,
      requestSignatureMethod: 'RSA-SHA1',
      singleLogoutUrl: 'https://idp.example/slo',
      singleLogoutBinding: 'PostBinding',
      logoutUrl: 'https://acme.example/bye',
    }
    expect(await acts.samlSsoConfigs.list(org?.id ?? '')).toMatchObject([
      { ...asked, requestSigningCertId: 'Provider', decryptionCertificate: 'Provider', userProvisioning: true },
    ])
    expect(changesOf(await apply(acts, believing))).toContain('single sign-on Headquarters unchanged')
    if (org === undefined) throw new Error('The org is gone.')
    const handled = { samlJitHandlerId: 'NewHires', executionUserId: 'admin@acme.example' }
    expect((await orgEntryOf(acts, org)).samlSsoConfigs).toMatchObject([
      { ...asked, decryptionCertificate: 'Provider', userProvisioning: true, ...handled },
    ])
    const nobody = believing.replace('executionUserId: admin@', 'executionUserId: nobody@')
    expect(mistakesOf(await apply(acts, nobody))).toEqual([
      expect.stringContaining('executionUserId: This org has no user “nobody@acme.example”.'),
    ])
    const wrong = believing.replace('requestSigningCertId: Provider', 'requestSigningCertId: None')
    expect(mistakesOf(await apply(acts, wrong))).toEqual([
      expect.stringContaining('requestSigningCertId: This org has no certificate “None”.'),
    ])
    expect(
      mistakesOf(await apply(acts, believing.replace('identityMapping: FederationId', 'identityMapping: UserId'))),
    ).toEqual([expect.stringContaining('userProvisioning: Users are made by their Federation ID')])
    const unopened = believing.replace('decryptionCertificate: Provider', 'decryptionCertificate: None')
    expect(mistakesOf(await apply(acts, unopened))).toEqual([
      expect.stringContaining('decryptionCertificate: This org has no certificate “None”.'),
    ])
    const plain = believing.replace('https://idp.example/slo', 'http://idp.example/slo')
    expect(mistakesOf(await apply(acts, plain))).toEqual([
      expect.stringContaining('singleLogoutUrl: Plain http is for'),
    ])
  })

  it('says of an app with neither OAuth nor SAML what it lacks', async () => {
    await using acts = await openActs()
    const bare = 'orgs: [{ name: Acme, connectedApps: [{ fullName: Bare, contactEmail: dev@acme.example }] }]'
    expect(mistakesOf(await apply(acts, bare))).toEqual([
      expect.stringContaining('callbackUrl: Enter at least one callback URL.'),
      expect.stringContaining('scopes: Select at least one scope.'),
    ])
  })
})
