import type { Certificate, OrgCertificate } from '../../../certificates/certificate.ts'
import { standingOf } from '../../../certificates/expiry.ts'
import { Badge, Instant } from '../blocks.tsx'

/** When a certificate ends, with a word beside it when that is to be minded. */
export function Expiry({ certificate, at }: { readonly certificate: Certificate; readonly at: Date }) {
  const { standing, daysLeft } = standingOf(certificate, at)
  return (
    <>
      <Instant at={certificate.notAfter} /> {standing === 'expired' && <Badge look="error">Expired</Badge>}
      {standing === 'not-yet-valid' && <Badge look="warning">Not valid yet</Badge>}
      {standing === 'expires-soon' && (
        <Badge look="warning">{daysLeft === 1 ? '1 day left' : `${daysLeft} days left`}</Badge>
      )}
    </>
  )
}

/** What is held of the private key, and whether it may leave. */
export function privateKeyWords({ sealedPrivateKey, isPrivateKeyExportable }: OrgCertificate): string {
  if (sealedPrivateKey === undefined) return 'Not held'
  return isPrivateKeyExportable ? 'Held, exportable' : 'Held, stays here'
}
