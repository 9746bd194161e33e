import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { apiNameProblem } from '../api-name.ts'
import type { Clock } from '../clock.ts'
import { lineProblem, trimmed } from '../entered-text.ts'
import { done, type Outcome, type Problem, type Refused, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import {
  type Certificate,
  type CertificateStore,
  certificateBlocks,
  type OrgCertificate,
  readCertificate,
} from './certificate.ts'
import { certificateProblemText, validityWarning } from './certificate-problem.ts'
import { type KeySize, keySizes, pkcs8, selfSigned } from './self-signed.ts'

/** What every certificate of an org is entered with. */
export interface NewCertificate {
  /** Unique Name, in its org. */
  readonly name: string
  /** By default the name, with blanks for underscores. */
  readonly label?: string
  /** *Exportable Private Key*; yes by default, as at Salesforce. */
  readonly isPrivateKeyExportable?: boolean
}

/** A certificate to be made here. */
export interface CertificateRequest extends NewCertificate {
  /** Bits; 2048 by default. */
  readonly keySize?: number
}

/** A certificate that exists already. */
export interface CertificateImport extends NewCertificate {
  /** PEM; of a chain the first, and behind it those that vouch for it. */
  readonly certificate: string
  /** Its private key as unencrypted PEM, if the org is to sign with it. */
  readonly privateKey?: string
}

/** What taking in a certificate needs. */
export interface CertificateImportNeeds {
  readonly certificates: Pick<CertificateStore, 'findByName' | 'add'>
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** What sealed private keys of certificates are bound to. */
export const certificateKeyPurpose = 'certificate key'

/** Makes a key and a self-signed certificate for an org (*Create Self-Signed Certificate*). */
export async function createCertificate(
  needs: CertificateImportNeeds,
  org: { readonly id: string },
  entered: CertificateRequest,
): Promise<Outcome<OrgCertificate>> {
  const problems = [...(await nameProblems(needs, org, entered))]
  const keySize = keySizeOf(entered.keySize)
  if (keySize === undefined) problems.push({ field: 'keySize', message: `A key has ${keySizes.join(', ')} bits.` })
  if (keySize === undefined || problems.length > 0) return refused(...problems)
  const now = needs.now()
  const made = await selfSigned({ name: entered.name, orgId: org.id, keySize, now })
  const reading = readCertificate(made.certificate)
  if (!reading.ok) throw new Error('A certificate made here cannot be read again.')
  return add(needs, org, entered, { certificate: reading.certificate, chain: [], privateKey: made.privateKey })
}

/** Takes in a certificate, with its private key if the org is to sign with it. One that is expired is taken with a warning. */
export async function importCertificate(
  needs: CertificateImportNeeds,
  org: { readonly id: string },
  entered: CertificateImport,
): Promise<Outcome<OrgCertificate>> {
  const problems = [...(await nameProblems(needs, org, entered))]
  const held = readHeld(entered)
  if (!held.ok) problems.push(...held.problems)
  if (!held.ok || problems.length > 0) return refused(...problems)
  return add(needs, org, entered, held.value)
}

/** Puts another certificate and key in the place of those held under a name, or another label. */
export async function changeCertificate(
  {
    certificates,
    seal,
    now,
  }: Pick<CertificateImportNeeds, 'seal' | 'now'> & { readonly certificates: Pick<CertificateStore, 'update'> },
  held: OrgCertificate,
  entered: Partial<Omit<CertificateImport, 'name'>>,
): Promise<Outcome<OrgCertificate>> {
  const label = trimmed(entered.label) ?? held.label
  const labelMessage = lineProblem(label, 64)
  if (labelMessage !== undefined) return refused({ field: 'label', message: labelMessage })
  const isPrivateKeyExportable = entered.isPrivateKeyExportable ?? held.isPrivateKeyExportable
  if (isPrivateKeyExportable && !held.isPrivateKeyExportable && entered.certificate === undefined) {
    return refused({ field: 'isPrivateKeyExportable', message: 'A private key that may not be exported stays so.' })
  }
  const kept = { ...held, label, isPrivateKeyExportable }
  if (entered.certificate === undefined) {
    await certificates.update(kept)
    return done(kept)
  }
  const reading = readHeld({ ...entered, certificate: entered.certificate })
  if (!reading.ok) return reading
  const { certificate, chain, privateKey } = reading.value
  const changed: OrgCertificate = { ...kept, certificate, chain, sealedPrivateKey: sealed(seal, privateKey) }
  await certificates.update(changed)
  return done(changed, warnings(certificate, now()))
}

/** The private key of a certificate, or `undefined` when only the certificate is held. */
export function openPrivateKey(
  seal: Seal,
  certificate: Pick<OrgCertificate, 'sealedPrivateKey'>,
): KeyObject | undefined {
  const { sealedPrivateKey } = certificate
  return sealedPrivateKey === undefined
    ? undefined
    : createPrivateKey(seal.open(sealedPrivateKey, certificateKeyPurpose))
}

/** The private key as PKCS#8 PEM, for whoever takes it elsewhere; that it went is noted in Setup Audit Trail. */
export async function exportPrivateKey(
  { certificates, seal }: { readonly certificates: Pick<CertificateStore, 'noteExport'>; readonly seal: Seal },
  certificate: OrgCertificate,
): Promise<Outcome<string>> {
  const key = exportableKey(seal, certificate)
  if (key.ok) await certificates.noteExport(certificate.id)
  return key
}

/** The private key as PKCS#8 PEM; refused when there is none or it may not go. */
export function exportableKey(seal: Seal, certificate: OrgCertificate): Outcome<string> {
  const refuse = (message: string): Refused => refused({ field: 'name', message })
  const key = openPrivateKey(seal, certificate)
  if (key === undefined) return refuse(`Of “${certificate.name}” only the certificate is held, not its private key.`)
  if (!certificate.isPrivateKeyExportable)
    return refuse(`The private key of “${certificate.name}” may not be exported.`)
  return done(pkcs8(key))
}

/** Whether this is the private key that is held, whatever its PEM looks like. */
export function holdsPrivateKey(seal: Seal, certificate: OrgCertificate, privateKey: string): boolean {
  const held = openPrivateKey(seal, certificate)
  const given = readPrivateKey(privateKey)
  return held !== undefined && given.ok && given.value.equals(held)
}

/** What hinders a name or a label from being given to a new certificate. */
export async function nameProblems(
  { certificates }: Pick<CertificateImportNeeds, 'certificates'>,
  org: { readonly id: string },
  { name, label }: NewCertificate,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  const message = apiNameProblem(name)
  if (message !== undefined) problems.push({ field: 'name', message })
  else if ((await certificates.findByName(org.id, name)) !== undefined) {
    problems.push({ field: 'name', message: `This org has a certificate “${name}” already.` })
  }
  const labelMessage = lineProblem(label ?? '', 64)
  if (labelMessage !== undefined) problems.push({ field: 'label', message: labelMessage })
  return problems
}

function keySizeOf(bits: number | undefined): KeySize | undefined {
  return bits === undefined ? 2048 : keySizes.find((size) => size === bits)
}

/** What is held under a name. */
interface Held {
  readonly certificate: Certificate
  readonly chain: readonly string[]
  readonly privateKey: string | undefined
}

function readHeld(entered: Pick<CertificateImport, 'certificate' | 'privateKey'>): Outcome<Held> {
  const reading = readCertificate(entered.certificate)
  const key = entered.privateKey === undefined ? undefined : readPrivateKey(entered.privateKey)
  if (!reading.ok) {
    const message = certificateProblemText(reading.problem)
    return refused({ field: 'certificate', message }, ...(key?.ok === false ? key.problems : []))
  }
  const { certificate } = reading
  const chain = vouchersOf(entered.certificate)
  if (key === undefined) return done({ certificate, chain, privateKey: undefined })
  if (!key.ok) return key
  if (!new X509Certificate(certificate.pem).checkPrivateKey(key.value)) {
    return refused({ field: 'privateKey', message: 'This private key belongs to another certificate.' })
  }
  return done({ certificate, chain, privateKey: pkcs8(key.value) })
}

/** Those behind the first of a chain, as long as each is signed by the next; what does not belong to it is left out. */
function vouchersOf(pem: string): readonly string[] {
  const [leaf, ...others] = certificateBlocks(pem)
  const chain: string[] = []
  let last = leaf === undefined ? undefined : new X509Certificate(leaf)
  for (const other of others) {
    const signer = readCertificate(other)
    if (last === undefined || !signer.ok || !isSignedBy(last, signer.certificate)) break
    chain.push(signer.certificate.pem)
    last = new X509Certificate(other)
  }
  return chain
}

function isSignedBy(certificate: X509Certificate, signer: Certificate): boolean {
  return certificate.checkIssued(new X509Certificate(signer.pem)) && certificate.verify(signer.publicKey)
}

function readPrivateKey(pem: string): Outcome<KeyObject> {
  const refuse = (message: string): Refused => refused({ field: 'privateKey', message })
  if (pem.length > 16_384) return refuse('This is too long for a private key: 16 KiB at most.')
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return refuse(
      'This private key is locked with a password. Unlock it first: openssl pkey -in locked.key -out unlocked.key',
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // Whatever the parser says of junk, the person is told one thing.
    return refuse('This is no private key in PEM form (-----BEGIN PRIVATE KEY-----).')
  }
  if (key.asymmetricKeyType !== 'rsa') return refuse('Only RSA keys can be held, as at Salesforce.')
  if (!keySizes.some((size) => size === key.asymmetricKeyDetails?.modulusLength)) {
    return refuse(`A private key has ${keySizes.join(', ')} bits.`)
  }
  return done(key)
}

async function add(
  { certificates, seal, newId, now }: CertificateImportNeeds,
  org: { readonly id: string },
  { name, label, isPrivateKeyExportable = true }: NewCertificate,
  { certificate, chain, privateKey }: Held,
): Promise<Outcome<OrgCertificate>> {
  const added: OrgCertificate = {
    id: newId('certificate'),
    orgId: org.id,
    name,
    label: trimmed(label) ?? name.replaceAll('_', ' '),
    certificate,
    chain,
    sealedPrivateKey: sealed(seal, privateKey),
    isPrivateKeyExportable,
    createdAt: now(),
  }
  await certificates.add(added)
  return done(added, warnings(certificate, now()))
}

function sealed(seal: Seal, privateKey: string | undefined): string | undefined {
  return privateKey === undefined ? undefined : seal.close(privateKey, certificateKeyPurpose)
}

function warnings(certificate: Certificate, now: Date): readonly Problem[] {
  const message = validityWarning(certificate, now)
  return message === undefined ? [] : [{ field: 'certificate', message }]
}
