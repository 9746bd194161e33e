import type { Certificate } from '../../../certificates/certificate.ts'
import { type Standing, standingOf } from '../../../certificates/expiry.ts'
import { appPath } from '../connected-apps/app-kind.ts'
import type { SetupStores } from '../setup-visit.ts'

/** A certificate in use, when it ends, and how it stands. */
export interface ExpiringCertificate {
  readonly label: string
  readonly href: string
  readonly at: Date
  readonly standing: Standing
}

/** The certificates of an org and of its apps, the first to end first. */
export async function expiringCertificates(
  { certificates, apps }: Pick<SetupStores, 'certificates' | 'apps'>,
  orgId: string,
  now: Date,
): Promise<readonly ExpiringCertificate[]> {
  const [held, own] = await Promise.all([certificates.list(orgId), apps.list(orgId)])
  const expiring = (label: string, href: string, certificate: Certificate): ExpiringCertificate => ({
    label,
    href,
    at: certificate.notAfter,
    standing: standingOf(certificate, now).standing,
  })
  return [
    ...held.map(({ id, label, certificate }) => expiring(label, `/setup/certificates/${id}`, certificate)),
    ...own.flatMap((app) =>
      app.certificate === undefined ? [] : [expiring(`App ${app.label}`, `${appPath(app)}/edit`, app.certificate)],
    ),
  ].toSorted((one, other) => one.at.getTime() - other.at.getTime())
}
