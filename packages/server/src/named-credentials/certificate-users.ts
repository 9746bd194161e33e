import type { CertificateStore, OrgCertificate } from '../certificates/certificate.ts'
import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import type { OrgStore } from '../orgs/org.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type {
  CredentialParameter,
  ExternalCredentialStore,
  NamedCredentialSettings,
  NamedCredentialStore,
} from './credential.ts'

/** What signs, decrypts, or proves who calls, with a certificate of its org. */
export interface CertificateUser {
  readonly kind:
    | 'Named Credential'
    | 'External Credential'
    | 'Connected App'
    | 'External Client App'
    | 'Identity Provider'
    | 'SAML Settings'
  readonly id: string
  readonly name: string
  readonly label: string
  /** Which of its settings names the certificate. */
  readonly as: string
}

/** Single sign-on settings, as far as they name a certificate: those of `saml/`, which stands above. */
interface SsoSettings {
  readonly id: string
  readonly fullName: string
  readonly label: string
  readonly requestSigningCertId: string | undefined
  readonly decryptionCertificate: string | undefined
}

interface Needs {
  readonly samlSsoConfigs: { list(orgId: string): Promise<readonly SsoSettings[]> }
  readonly orgs: Pick<OrgStore, 'find'>
  readonly apps: Pick<ConnectedAppStore, 'list'>
  readonly namedCredentials: Pick<NamedCredentialStore, 'list'>
  readonly externalCredentials: Pick<ExternalCredentialStore, 'list'>
}

/** Where an org names one of its certificates: these need it, and not a copy. */
export async function certificateUsers(
  { orgs, samlSsoConfigs, apps, namedCredentials, externalCredentials }: Needs,
  { orgId, name: certificate }: Pick<OrgCertificate, 'orgId' | 'name'>,
): Promise<readonly CertificateUser[]> {
  const [org, settings, named, external, own] = await Promise.all([
    orgs.find(orgId),
    samlSsoConfigs.list(orgId),
    namedCredentials.list(orgId),
    externalCredentials.list(orgId),
    apps.list(orgId),
  ])
  return [
    ...named.flatMap(({ id, name, settings }) =>
      namedUses(settings, certificate).map(
        (as): CertificateUser => ({ kind: 'Named Credential', id, name, label: settings.label, as }),
      ),
    ),
    ...external.flatMap(({ id, name, settings }) =>
      parameterUses(settings.externalCredentialParameters, certificate).map(
        (as): CertificateUser => ({ kind: 'External Credential', id, name, label: settings.label, as }),
      ),
    ),
    ...own.flatMap((app) =>
      appUses(app, certificate).map(
        (as): CertificateUser => ({
          kind: app.external === undefined ? 'Connected App' : 'External Client App',
          id: app.id,
          name: app.fullName,
          label: app.label,
          as,
        }),
      ),
    ),
    ...settings.flatMap((each) =>
      ssoUses(each, certificate).map(
        (as): CertificateUser => ({ kind: 'SAML Settings', id: each.id, name: each.fullName, label: each.label, as }),
      ),
    ),
    ...(org?.settings.identityProviderCertificate === certificate
      ? [{ kind: 'Identity Provider', id: orgId, name: org.name, label: org.name, as: 'Certificate' } as const]
      : []),
  ]
}

function appUses({ assetTokenConfig, saml }: ConnectedApp, certificate: string): readonly string[] {
  return [
    ...(assetTokenConfig?.certificate === certificate ? ['Asset Signing Certificate'] : []),
    ...(saml?.encryptionCertificate === certificate ? ['Encrypt SAML Response'] : []),
  ]
}

function ssoUses({ requestSigningCertId, decryptionCertificate }: SsoSettings, certificate: string): readonly string[] {
  return [
    ...(requestSigningCertId === certificate ? ['Request Signing Certificate'] : []),
    ...(decryptionCertificate === certificate ? ['Assertion Decryption Certificate'] : []),
  ]
}

function namedUses(settings: NamedCredentialSettings, certificate: string): readonly string[] {
  return [
    ...(settings.jwtSigningCertificate === certificate ? ['JWT Signing Certificate'] : []),
    ...(settings.certificate === certificate ? ['Client Certificate'] : []),
    ...parameterUses(settings.namedCredentialParameters, certificate),
  ]
}

function parameterUses(parameters: readonly CredentialParameter[] | undefined, certificate: string): readonly string[] {
  return (parameters ?? []).flatMap(({ parameterType, parameterValue, certificate: named }) => {
    const isSigner = parameterType === 'SigningCertificate'
    if (named !== certificate && !(isSigner && parameterValue === certificate)) return []
    return [isSigner ? 'Signing Certificate' : 'Client Certificate']
  })
}

/** Deletes a certificate, unless something of its org names it. */
export async function deleteCertificate(
  { certificates, ...needs }: Needs & { readonly certificates: Pick<CertificateStore, 'delete'> },
  certificate: OrgCertificate,
): Promise<Outcome<void>> {
  const users = await certificateUsers(needs, certificate)
  if (users.length > 0) {
    const names = users.map(({ kind, name }) => `the ${kind.toLowerCase()} “${name}”`).join(', ')
    const message = `It is in use by ${names}. Give them another certificate first.`
    return refused({ field: 'certificate', message })
  }
  return done(await certificates.delete(certificate.id))
}
