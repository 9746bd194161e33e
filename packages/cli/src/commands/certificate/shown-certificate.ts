import type { CertificateUse, CertificateUser, OrgCertificate } from '@sallyport/server'
import { details, minute, yesNo } from '../../table.ts'
import type { Style } from '../../terminal.ts'

/** A certificate of an org's own as programs read it. The private key stays where it is. */
export function certificateJson(held: OrgCertificate, org: string): Readonly<Record<string, unknown>> {
  const { id, name, label, certificate, chain, sealedPrivateKey, isPrivateKeyExportable, createdAt } = held
  const { subject, issuer, serialNumber, keyType, keySize, notBefore, notAfter, fingerprint256, pem } = certificate
  return {
    id,
    org,
    name,
    label,
    subject,
    issuer,
    serialNumber,
    keyType,
    keySize,
    notBefore,
    notAfter,
    fingerprint256,
    hasPrivateKey: sealedPrivateKey !== undefined,
    isPrivateKeyExportable,
    createdAt,
    certificate: pem,
    chain,
  }
}

/** Who trusts a certificate, and what names it. */
interface CertificateUsage {
  readonly uses: readonly CertificateUse[]
  readonly users: readonly CertificateUser[]
}

/** A certificate of an org's own as people read it. */
export function certificateText(
  held: OrgCertificate,
  org: string,
  style: Style,
  { uses, users }: CertificateUsage,
): string {
  const { certificate } = held
  return details(
    {
      Name: held.name,
      Label: held.label,
      Org: org,
      Id: held.id,
      Subject: certificate.subject,
      Issuer: certificate.issuer,
      'Serial number': certificate.serialNumber,
      Key: keyText(held),
      Valid: `${minute(certificate.notBefore)} to ${minute(certificate.notAfter)}`,
      'SHA-256': certificate.fingerprint256,
      'Private key': privateKeyText(held),
      'Signs for': uses.map(({ app, org }) => `${app.fullName} in the org “${org.name}”`).join('\n') || undefined,
      'Used by': users.map(({ kind, name, as }) => `${kind} ${name} (${as})`).join('\n') || undefined,
      Created: minute(held.createdAt),
    },
    style,
  )
}

/** The apps that verify with a certificate's key, as programs read them. */
export function usesJson(uses: readonly CertificateUse[]): readonly unknown[] {
  return uses.map(({ app, org, isSame }) => ({ app: app.fullName, org: org.name, isSame }))
}

/** Kind and size of the key. */
export function keyText({ certificate }: OrgCertificate): string {
  return [certificate.keyType, certificate.keySize?.toString()].filter((part) => part !== undefined).join(' ')
}

function privateKeyText({ sealedPrivateKey, isPrivateKeyExportable }: OrgCertificate): string {
  if (sealedPrivateKey === undefined) return 'not held'
  return `held, exportable: ${yesNo(isPrivateKeyExportable)}`
}
