import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { certificateUses } from '../../../connected-apps/certificate-uses.ts'
import type { SetupVisit } from '../setup-visit.ts'

/** *Certificate and Key Management*. */
export const certificatesPath = '/setup/certificates'

/** Where a certificate is shown. */
export function certificatePath({ id }: Pick<OrgCertificate, 'id'>): string {
  return `${certificatesPath}/${id}`
}

/** The way back to a certificate. */
export function certificateCrumb(certificate: OrgCertificate) {
  return { href: certificatePath(certificate), label: certificate.label }
}

/** The certificate that the address names, if it is one of this org. */
export async function findCertificate({ stores, org, params }: SetupVisit): Promise<OrgCertificate | undefined> {
  return (await stores.certificates.list(org.id)).find(({ id }) => id === params['certificate'])
}

/** The certificate that the address names, if the org holds its private key. */
export async function findWithKey(visit: SetupVisit): Promise<OrgCertificate | undefined> {
  const found = await findCertificate(visit)
  return found?.sealedPrivateKey === undefined ? undefined : found
}

/** Tells for each certificate which apps of this org trust its key. The apps are read once, however many are asked about. */
export function usesIn({ stores, org }: SetupVisit) {
  const apps = stores.apps.list(org.id)
  return (certificate: OrgCertificate) => certificateUses({ apps: { list: () => apps } }, certificate, [org])
}

/** Whether a certification authority signed it, and not its own key. */
export function isCaSigned({ certificate }: OrgCertificate): boolean {
  return certificate.subject !== certificate.issuer
}
