import type { KeyObject } from 'node:crypto'
import { isEmail, lineProblem, trimmed } from '../entered-text.ts'
import { done, type Outcome, type Problem, type Refused, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'
import {
  type Certificate,
  type CertificateStore,
  certificateBlocks,
  type OrgCertificate,
  readCertificate,
} from './certificate.ts'
import { certificateProblemText, expiryProblem, validityWarning } from './certificate-problem.ts'
import { openPrivateKey } from './new-certificate.ts'

/** Whom a certification authority is asked to vouch for, as the form of a CA-signed certificate asks. */
export interface RequestedSubject {
  /** By default the certificate's Unique Name. */
  readonly commonName?: string
  readonly emailAddress?: string
  readonly company?: string
  readonly department?: string
  readonly city?: string
  readonly state?: string
  /** Two letters. */
  readonly country?: string
}

/**
 * The request for a signed certificate for a key that is held (*Download Certificate Signing Request*): PKCS#10 as PEM. The
 * certificate that is held stays in use until {@link uploadSignedCertificate}.
 */
export async function signingRequest(
  seal: Seal,
  held: OrgCertificate,
  entered: RequestedSubject,
): Promise<Outcome<string>> {
  const problems: Problem[] = []
  // Lengths by RFC 5280, appendix A.1.
  const line = (field: keyof RequestedSubject, most: number): string | undefined => {
    const value = trimmed(entered[field])
    const message = value === undefined ? undefined : lineProblem(value, most)
    if (message !== undefined) problems.push({ field, message })
    return value
  }
  const commonName = line('commonName', 64) ?? held.name
  if (commonName.length > 64) problems.push({ field: 'commonName', message: 'Use at most 64 characters.' })
  const emailAddress = line('emailAddress', 255)
  if (emailAddress !== undefined && !isEmail(emailAddress)) {
    problems.push({ field: 'emailAddress', message: 'Enter an e-mail address, such as ada@acme.example.' })
  }
  const country = trimmed(entered.country)
  if (country !== undefined && !/^[A-Za-z]{2}$/.test(country)) {
    problems.push({ field: 'country', message: 'A country has two letters, such as US.' })
  }
  const parts = [
    ['CN', commonName],
    ['E', emailAddress],
    ['OU', line('department', 64)],
    ['O', line('company', 64)],
    ['L', line('city', 128)],
    ['ST', line('state', 128)],
    ['C', country?.toUpperCase()],
  ] as const
  const key = openPrivateKey(seal, held)
  if (key === undefined) problems.push(keyMissing(held))
  if (key === undefined || problems.length > 0) return refused(...problems)
  const { makeSigningRequest, pemBlock } = await import('@sallyport/keystore')
  const subject = parts.flatMap(([type, value]) => (value === undefined ? [] : [[type, value] as const]))
  return done(pemBlock('CERTIFICATE REQUEST', await makeSigningRequest({ privateKey: pkcs8Der(key), subject })))
}

/**
 * Puts what a certification authority signed in the place of the certificate that is held (*Upload Signed Certificate*); the
 * key stays.
 * @param pem the certificate and those that vouch for it, in any order
 */
export async function uploadSignedCertificate(
  {
    certificates,
    seal,
    now,
  }: { readonly certificates: Pick<CertificateStore, 'update'>; readonly seal: Seal; readonly now: () => Date },
  held: OrgCertificate,
  pem: string,
): Promise<Outcome<OrgCertificate>> {
  const reading = await readSigned(seal, held, pem)
  if (!reading.ok) return reading
  const [leaf, ...vouchers] = reading.value
  const at = now()
  const expired = reading.value.map((each) => expiryProblem(each, at)).find((message) => message !== undefined)
  if (expired !== undefined) return refused({ field: 'certificate', message: expired })
  const warning = validityWarning(leaf, at)
  const signed: OrgCertificate = { ...held, certificate: leaf, chain: vouchers.map((each) => each.pem) }
  await certificates.update(signed)
  return done(signed, warning === undefined ? [] : [{ field: 'certificate', message: warning }])
}

/** The chain of the key that is held, its own certificate first. */
async function readSigned(
  seal: Seal,
  held: OrgCertificate,
  pem: string,
): Promise<Outcome<readonly [Certificate, ...Certificate[]]>> {
  const refuse = (message: string): Refused => refused({ field: 'certificate', message })
  const key = openPrivateKey(seal, held)
  if (key === undefined) return refused(keyMissing(held))
  const whole = readCertificate(pem)
  if (!whole.ok) return refuse(certificateProblemText(whole.problem))
  const given = new Map<string, Certificate>()
  for (const block of certificateBlocks(pem)) {
    const one = readCertificate(block)
    if (!one.ok) return refuse(certificateProblemText(one.problem))
    given.set(derOf(one.certificate).toString('base64'), one.certificate)
  }
  const { KeyStoreError, signedChain } = await import('@sallyport/keystore')
  try {
    const ordered = signedChain(pkcs8Der(key), [...given.values()].map(derOf))
    const [leaf, ...vouchers] = ordered.flatMap((der) => given.get(Buffer.from(der).toString('base64')) ?? [])
    if (leaf === undefined) throw new Error('A chain has no certificate.')
    if (vouchers.length === 0 && leaf.subject === leaf.issuer) {
      return refuse(
        'This certificate is signed with its own key. Give the one that the certification authority signed.',
      )
    }
    return done([leaf, ...vouchers])
  } catch (error) {
    if (error instanceof KeyStoreError) return refuse(error.message)
    throw error
  }
}

function keyMissing({ name }: OrgCertificate): Problem {
  return { field: 'name', message: `Of “${name}” only the certificate is held, not its private key.` }
}

function pkcs8Der(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'pkcs8' })
}

function derOf({ pem }: Certificate): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
}
