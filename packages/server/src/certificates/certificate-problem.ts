import type { Certificate, CertificateProblem } from './certificate.ts'

const words: Readonly<Record<CertificateProblem, string>> = {
  'private-key':
    'This holds a private key, which must stay with whoever signs. Give only the certificate (-----BEGIN CERTIFICATE-----).',
  'not-a-certificate': 'This is no X.509 certificate in PEM form (-----BEGIN CERTIFICATE-----).',
  'too-large': 'This is too long for a certificate: 16 KiB at most.',
  'key-too-small': 'The key of this certificate is too weak: RSA keys have 2048 bits or more.',
}

/** Why a text is no certificate to upload, in words. */
export function certificateProblemText(problem: CertificateProblem): string {
  return words[problem]
}

/** What should be said of a certificate that can be used, but not now or not for long: in words, or `undefined`. */
export function validityWarning(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): string | undefined {
  const { notBefore, notAfter } = certificate
  if (now > notAfter) return `This certificate expired on ${day(notAfter)}; what is signed with its key is refused.`
  if (now < notBefore) return `This certificate is valid only from ${notBefore.toISOString()}.`
  return undefined
}

function day(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
