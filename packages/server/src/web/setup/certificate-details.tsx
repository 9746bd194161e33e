import type { Certificate } from '../../certificates/certificate.ts'
import { validityWarning } from '../../certificates/certificate-problem.ts'
import { standingOf } from '../../certificates/expiry.ts'
import { Copyable, Details, Instant, Notice } from './blocks.tsx'

interface CertificateDetailsProps {
  readonly certificate: Certificate
  readonly at: Date
}

/** What people look at in a certificate before they trust it: whose it is, its key, how long it holds, its fingerprint. */
export function CertificateDetails({ certificate, at }: CertificateDetailsProps) {
  const { subject, issuer, keyType, keySize, notBefore, notAfter, fingerprint256 } = certificate
  const warning = validityWarning(certificate, at) ?? expiresSoon(certificate, at)
  return (
    <div class="stack">
      {warning !== undefined && <Notice look="warning">{warning}</Notice>}
      <Details
        rows={[
          ['Subject', subject],
          ['Issuer', issuer === subject ? 'Itself (self-signed)' : issuer],
          ['Key', keySize === undefined ? keyType : `${keyType}, ${keySize} bits`],
          ['Valid From', <Instant at={notBefore} />],
          ['Expires', <Instant at={notAfter} />],
          ['Fingerprint (SHA-256)', <Copyable text={fingerprint256} label="fingerprint" />],
        ]}
      />
    </div>
  )
}

function expiresSoon(certificate: Certificate, at: Date): string | undefined {
  const { standing, daysLeft } = standingOf(certificate, at)
  if (standing !== 'expires-soon') return undefined
  const when = daysLeft === 0 ? 'within a day' : daysLeft === 1 ? 'in 1 day' : `in ${daysLeft} days`
  return `This certificate expires ${when}. From then on what is signed with its key is refused: have a new one ready.`
}
