import { type OrgCertificate, sharesKey } from '../certificates/certificate.ts'
import type { Org } from '../orgs/org.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'

/** An app whose assertions can be signed with the key of an org's certificate. */
export interface CertificateUse {
  readonly app: ConnectedApp
  readonly org: Org
  /** Whether the app has this very certificate, and not an older or newer one of the same key. */
  readonly isSame: boolean
}

/**
 * Where a certificate is used: by which apps. Each has a copy of its own, so nothing breaks there when the org's is deleted,
 * but that nothing can be signed for it here any more.
 * @param orgs whose apps may be told of
 */
export async function certificateUses(
  { apps }: { readonly apps: Pick<ConnectedAppStore, 'list'> },
  { certificate }: Pick<OrgCertificate, 'certificate'>,
  orgs: readonly Org[],
): Promise<readonly CertificateUse[]> {
  const ofOrgs = await Promise.all(orgs.map(async (org) => (await apps.list(org.id)).map((app) => ({ app, org }))))
  return ofOrgs.flat().flatMap(({ app, org }) => {
    if (app.certificate === undefined || !sharesKey(app.certificate, certificate)) return []
    return [{ app, org, isSame: app.certificate.fingerprint256 === certificate.fingerprint256 }]
  })
}
