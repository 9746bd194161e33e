import { type CertificateStore, type OrgCertificate, sharesKey } from '../certificates/certificate.ts'
import type { AppReach, ApprovalStore } from './approval.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** What ends, or stands there for nothing, once an app is deleted. */
export interface Breakage extends AppReach {
  /** Other orgs that have it installed. Their names are not its own org's to know. */
  readonly otherOrgCount: number
  /** Certificates of its own org with whose key its assertions can be signed. */
  readonly certificates: readonly OrgCertificate[]
}

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'policiesOfApp'>
  readonly approvals: Pick<ApprovalStore, 'reach'>
  readonly certificates: Pick<CertificateStore, 'list'>
}

/** What deleting an app breaks, for whoever is asked whether they mean it. */
export async function whatBreaks(
  { apps, approvals, certificates }: Needs,
  app: Pick<ConnectedApp, 'id' | 'orgId' | 'certificate'>,
  now: Date,
): Promise<Breakage> {
  const { id, orgId, certificate } = app
  const [reach, policies, held] = await Promise.all([
    approvals.reach(id, now),
    apps.policiesOfApp(id),
    orgId === undefined ? [] : certificates.list(orgId),
  ])
  return {
    ...reach,
    otherOrgCount: policies.filter((each) => each.isInstalled && each.orgId !== orgId).length,
    certificates: certificate === undefined ? [] : held.filter((one) => sharesKey(one.certificate, certificate)),
  }
}
