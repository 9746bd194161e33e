import { type OrgCertificate, readCertificate } from '../certificates/certificate.ts'
import { expiryProblem } from '../certificates/certificate-problem.ts'
import {
  changeCertificate,
  createCertificate,
  holdsPrivateKey,
  importCertificate,
} from '../certificates/new-certificate.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { type Applied, type ApplyNeeds, was } from './applied.ts'
import type { ListedCertificate } from './read.ts'
import type { Path } from './yaml-text.ts'

/** Makes or takes in a certificate, or puts the one of the file in the place of another that is held. */
export async function applyCertificate(
  needs: ApplyNeeds,
  org: Org,
  { entry, certificate, privateKey }: ListedCertificate,
): Promise<Outcome<Applied>> {
  const { name, label, isPrivateKeyExportable, keySize } = entry
  // What could not be read has been reported.
  if (certificate === undefined && entry.certificateFile !== undefined) return refused()
  if (privateKey === undefined && entry.privateKeyFile !== undefined) return refused()
  if (certificate === undefined && privateKey !== undefined) {
    return refused({ field: 'privateKey', message: 'Give the certificate, too; or neither, and both are made here.' })
  }
  const expiry = expiryOf(certificate, needs.now())
  if (expiry !== undefined) return refused(expiry)
  const shared = {
    name,
    ...(label === undefined ? {} : { label }),
    ...(isPrivateKeyExportable === undefined ? {} : { isPrivateKeyExportable }),
  }
  const given = {
    ...(certificate === undefined ? {} : { certificate }),
    ...(privateKey === undefined ? {} : { privateKey }),
  }
  const held = await needs.certificates.findByName(org.id, name)
  if (held === undefined) {
    return was(
      'created',
      certificate === undefined
        ? await createCertificate(needs, org, { ...shared, ...(keySize === undefined ? {} : { keySize }) })
        : await importCertificate(needs, org, { ...shared, ...given, certificate }),
    )
  }
  const isTheSame =
    (label === undefined || label === held.label) &&
    (isPrivateKeyExportable === undefined || isPrivateKeyExportable === held.isPrivateKeyExportable) &&
    (certificate === undefined || isHeld(certificate, held)) &&
    (privateKey === undefined || holdsPrivateKey(needs.seal, held, privateKey))
  if (isTheSame) return done('unchanged')
  const isOnlyNamed = certificate !== undefined && isHeld(certificate, held) && privateKey === undefined
  return was('changed', await changeCertificate(needs, held, isOnlyNamed ? shared : { ...shared, ...given }))
}

/** Where in a certificate's entry the field stands that an act finds fault with. */
export function certificateFieldPath({ certificateFile }: ListedCertificate['entry'], { field }: Problem): Path {
  if (field === 'privateKey') return ['privateKeyFile']
  return [field === 'certificate' && certificateFile !== undefined ? 'certificateFile' : field]
}

/** That a certificate of an org file has expired, which is a mistake there, and not only a warning. */
export function expiryOf(pem: string | undefined, now: Date): Problem | undefined {
  const reading = pem === undefined ? undefined : readCertificate(pem)
  const message = reading?.ok ? expiryProblem(reading.certificate, now) : undefined
  return message === undefined ? undefined : { field: 'certificate', message }
}

function isHeld(pem: string, held: OrgCertificate): boolean {
  const reading = readCertificate(pem)
  return reading.ok && reading.certificate.fingerprint256 === held.certificate.fingerprint256
}
