import type { Certificate, CertificateProblem } from './certificate.ts'

const words: Readonly<Record<CertificateProblem, string>> = {
  'private-key':
    'This holds a private key, which must stay with whoever signs. Give only the certificate (-----BEGIN CERTIFICATE-----).',
  'signing-request':
    'This is a signing request, of which an authority makes a certificate. Give that certificate (-----BEGIN CERTIFICATE-----).',
  'not-a-certificate': 'This is no X.509 certificate in PEM form (-----BEGIN CERTIFICATE-----).',
  'too-large': 'This is too long for a certificate: 16 KiB at most.',
  'key-too-small': 'The key of this certificate is too weak: RSA keys have 2048 bits or more.',
}

/** Why a text is no certificate to upload, in words. */
export function certificateProblemText(problem: CertificateProblem): string {
  return words[problem]
}

/** That a certificate has expired, in words, or `undefined`. */
export function expiryProblem({ notAfter }: Pick<Certificate, 'notAfter'>, now: Date): string | undefined {
  if (now <= notAfter) return undefined
  return `This certificate expired on ${notAfter.toISOString().slice(0, 10)}; what is signed with its key is refused.`
}

/** What should be said of a certificate that can be stored but not used now: in words, or `undefined`. */
export function validityWarning(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): string | undefined {
  if (now >= certificate.notBefore) return expiryProblem(certificate, now)
  return `This certificate is valid only from ${certificate.notBefore.toISOString()}.`
}
