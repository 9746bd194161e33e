import { readCertificate } from '../certificates/certificate.ts'
import type { Org } from '../orgs/org.ts'
import { type Outcome, type Problem, refused } from '../problem.ts'
import { changeSamlSsoConfig, newSamlSsoConfig, samlSsoConfigWith } from '../saml/new-sso-config.ts'
import { type Applied, type ApplyNeeds, changedIf, isSame, was } from './applied.ts'
import type { ListedSamlSsoConfig } from './read.ts'
import type { Path } from './yaml-text.ts'

/** Makes single sign-on settings, or changes what differs of them. */
export async function applySamlSsoConfig(
  needs: ApplyNeeds,
  org: Org,
  { entry, certificate }: ListedSamlSsoConfig,
): Promise<Outcome<Applied>> {
  const { validationCert: _, validationCertFile, samlVersion: _version, fullName, ...settings } = entry
  // What could not be read has been reported.
  if (certificate === undefined && validationCertFile !== undefined) return refused()
  const given = certificate === undefined ? {} : { validationCert: certificate }
  const config = await needs.samlSsoConfigs.findByName(org.id, fullName)
  if (config === undefined) {
    return was('created', await newSamlSsoConfig(needs, org, { validationCert: '', ...settings, ...given, fullName }))
  }
  const entered = { ...settings, ...(holds(config.validationCert.fingerprint256, certificate) ? {} : given) }
  return changedIf(config, await samlSsoConfigWith(needs, config, entered), isSame, () =>
    changeSamlSsoConfig(needs, config, entered),
  )
}

/** Where in its entry the field stands that an act finds fault with. */
export function ssoConfigFieldPath({ validationCertFile }: ListedSamlSsoConfig['entry'], { field }: Problem): Path {
  return [field === 'validationCert' && validationCertFile !== undefined ? 'validationCertFile' : field]
}

/** Whether a text is the certificate that is held: written otherwise it is no change. */
function holds(fingerprint: string, pem: string | undefined): boolean {
  const reading = pem === undefined ? undefined : readCertificate(pem)
  return reading?.ok === true && reading.certificate.fingerprint256 === fingerprint
}
