import type { CertificateStore, OrgCertificate } from '../certificates/certificate.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
}

/** A certificate that asset tokens are signed with, and the `kid` they name it by. */
export interface AssetCertificate {
  readonly kid: string
  readonly certificate: OrgCertificate
  readonly appIds: readonly string[]
}

/**
 * The certificates that asset tokens of some orgs are signed with, as one address publishes them. The one of the oldest app is called
 * `asset`, as at Salesforce; a name must stand for one key alone, so the others have their id behind it. Each keeps that longer name,
 * too, for tokens made before it came to be the first.
 */
export async function assetCertificates(
  { apps, certificates }: Needs,
  orgIds: readonly string[],
): Promise<readonly AssetCertificate[]> {
  const ofOrgs = await Promise.all(orgIds.map((orgId) => apps.list(orgId)))
  const signing = ofOrgs.flat().filter(signsAssetTokens).toSorted(byAge)
  const found = new Map<string, { readonly certificate: OrgCertificate; readonly appIds: string[] }>()
  for (const app of signing) {
    const certificate = await certificates.findByName(app.orgId, app.assetTokenConfig.certificate)
    if (certificate?.sealedPrivateKey === undefined || certificate.certificate.keyType !== 'RSA') continue
    const known = found.get(certificate.id)
    if (known === undefined) found.set(certificate.id, { certificate, appIds: [app.id] })
    else known.appIds.push(app.id)
  }
  return [...found.values()].map((one, number) => ({
    ...one,
    kid: number === 0 ? firstKid : longKid(one.certificate),
  }))
}

/** The public keys as JWKs, by all their names. */
export function assetJwks(found: readonly AssetCertificate[]): readonly object[] {
  return found.flatMap(({ kid, certificate }) => {
    const jwk = certificate.certificate.publicKey.export({ format: 'jwk' })
    const names = kid === firstKid ? [kid, longKid(certificate)] : [kid]
    return names.map((name) => ({ ...jwk, alg: 'RS256', use: 'sig', kid: name }))
  })
}

const firstKid = 'asset'

function longKid({ id }: OrgCertificate): string {
  return `asset.${id}`
}

type SigningApp = ConnectedApp & {
  readonly orgId: string
  readonly assetTokenConfig: NonNullable<ConnectedApp['assetTokenConfig']>
}

function signsAssetTokens(app: ConnectedApp): app is SigningApp {
  return app.assetTokenConfig !== undefined && app.orgId !== undefined
}

function byAge(one: ConnectedApp, other: ConnectedApp): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1)
}
