import { describe, expect, it } from 'vitest'
import { changesOf } from '../../test/applied-org-file.ts'
import { made, openActs, type TestActs } from '../../test/open-acts.ts'
import { certificateUsers, deleteCertificate } from '../named-credentials/certificate-users.ts'
import { deleteExternalCredential } from '../named-credentials/change-credential.ts'
import { type Application, applyOrgFile } from './apply.ts'
import { readOrgFile } from './read.ts'
import { orgEntryOf, orgFileYaml } from './write.ts'

const withCredentials = `
orgs:
  - name: Acme
    myDomain: acme
    certificates:
      - { name: Signer }
      - { name: Caller }
    connectedApps:
      - fullName: Things
        label: Things
        contactEmail: ada@acme.example
        oauthConfig:
          callbackUrl: https://things.example/cb
          scopes: [Api]
          assetTokenConfig: { assetSigningCertId: Signer, assetAudiences: [https://things.example], assetValidityPeriod: 30 }
    externalCredentials:
      - fullName: Org_B
        label: Org B sign-in
        authenticationProtocol: Oauth
        externalCredentialParameters:
          - { parameterName: Main, parameterType: NamedPrincipal, sequenceNumber: 1 }
          - { parameterName: Oauth, parameterType: AuthProtocolVariant, parameterValue: JwtBearer }
          - parameterName: AuthProviderUrl
            parameterType: AuthProviderUrl
            parameterValue: https://b.example/services/oauth2/token
          - { parameterName: SigningCertificate, parameterType: SigningCertificate, certificate: Signer }
    namedCredentials:
      - fullName: Org_B_Api
        label: Org B
        namedCredentialType: SecuredEndpoint
        namedCredentialParameters:
          - { parameterName: Url, parameterType: Url, parameterValue: https://b.example }
          - { parameterName: Org_B, parameterType: Authentication, externalCredential: Org_B }
          - { parameterName: Tls, parameterType: ClientCertificate, certificate: Caller }
      - fullName: Old_B
        label: Old B
        endpoint: https://b.example
        principalType: NamedUser
        protocol: JwtExchange
        authTokenEndpointUrl: https://b.example/services/oauth2/token
        jwtIssuer: key
        jwtAudience: '"https://b.example"'
        jwtTextSubject: integration@b.example
        jwtSigningCertificate: Signer
        password: never kept
`

async function apply(acts: TestActs, text: string): Promise<Application> {
  const file = await readOrgFile(text, 'acme.yaml', () => Promise.reject(new Error('There are no files.')))
  return applyOrgFile(acts, file, { allowsPasswords: false })
}

async function acmeOf(acts: TestActs) {
  const org = await acts.orgs.findByName('Acme')
  if (org === undefined) throw new Error('The org is gone.')
  return org
}

function messagesOf(application: Application): readonly string[] {
  return application.ok ? [] : application.mistakes.map(({ path, message }) => `${path}: ${message}`)
}

describe('credentials of an org file', () => {
  it('are made, without what is secret', async () => {
    await using acts = await openActs()
    expect(changesOf(await apply(acts, withCredentials))).toEqual(
      expect.arrayContaining([
        'external credential Org_B created',
        'named credential Org_B_Api created',
        'named credential Old_B created',
      ]),
    )
    const named = await acts.namedCredentials.list((await acmeOf(acts)).id)
    expect(named.map(({ name }) => name)).toEqual(['Old_B', 'Org_B_Api'])
    expect(JSON.stringify(named)).not.toContain('never kept')
  })

  it('are written back, and change nothing when they are applied again', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, withCredentials))
    const yaml = orgFileYaml({ orgs: [await orgEntryOf(acts, await acmeOf(acts))] })
    for (const text of [withCredentials, yaml]) {
      for (const change of changesOf(await apply(acts, text))) expect(change).toMatch(/unchanged$/)
    }
    const changed = withCredentials.replace('label: Org B sign-in', 'label: Org B')
    expect(changesOf(await apply(acts, changed))).toContain('external credential Org_B changed')
  })

  it('are refused where they name what is not there', async () => {
    await using acts = await openActs()
    const wrong = withCredentials
      .replace('externalCredential: Org_B }', 'externalCredential: Org_C }')
      .replace('jwtSigningCertificate: Signer', 'jwtSigningCertificate: Singer')
      .replace('parameterType: SigningCertificate, certificate: Signer', 'parameterType: SigningCertificat')
      .replace('protocol: JwtExchange', 'protocol: AwsSv4')
    expect(messagesOf(await apply(acts, wrong.replace('protocol: AwsSv4', 'protocol: JwtExchange')))).toEqual([
      expect.stringContaining('externalCredentialParameters: A JWT is signed'),
      expect.stringContaining('externalCredentialParameters[3]: “SigningCertificat” is none of'),
      expect.stringContaining('namedCredentialParameters[1]: This org has no external credential “Org_C”.'),
      expect.stringContaining('jwtSigningCertificate: This org has no certificate “Singer”.'),
    ])
    expect(messagesOf(await apply(acts, wrong))).toContainEqual(expect.stringContaining('protocol'))
  })
})

describe('a certificate that credentials name', () => {
  it('says who does, and is not deleted before they do no more', async () => {
    await using acts = await openActs()
    changesOf(await apply(acts, withCredentials))
    const { id } = await acmeOf(acts)
    const [caller, signer] = await acts.certificates.list(id)
    if (caller === undefined || signer === undefined) throw new Error('They are gone.')
    expect(await certificateUsers(acts, signer)).toMatchObject([
      { kind: 'Named Credential', name: 'Old_B', label: 'Old B', as: 'JWT Signing Certificate' },
      { kind: 'External Credential', name: 'Org_B', label: 'Org B sign-in', as: 'Signing Certificate' },
      { kind: 'Connected App', name: 'Things', label: 'Things', as: 'Asset Signing Certificate' },
    ])
    expect(await deleteCertificate(acts, signer)).toMatchObject({
      ok: false,
      problems: [
        {
          message:
            'It is in use by the named credential “Old_B”, the external credential “Org_B”, the connected app “Things”. Give them another certificate first.',
        },
      ],
    })
    expect(await deleteCertificate(acts, caller)).toMatchObject({ ok: false })
    for (const credential of await acts.namedCredentials.list(id)) await acts.namedCredentials.delete(credential)
    made(await deleteCertificate(acts, caller))
    expect(await acts.certificates.list(id)).toHaveLength(1)
  })
})

it('an external credential is not deleted while a named credential signs in by it', async () => {
  await using acts = await openActs()
  changesOf(await apply(acts, withCredentials))
  const { id } = await acmeOf(acts)
  const [external] = await acts.externalCredentials.list(id)
  if (external === undefined) throw new Error('It is gone.')
  expect(await deleteExternalCredential(acts, external)).toMatchObject({ ok: false })
  for (const credential of await acts.namedCredentials.list(id)) await acts.namedCredentials.delete(credential)
  made(await deleteExternalCredential(acts, external))
  expect(await acts.externalCredentials.list(id)).toEqual([])
})
