import type { Certificate } from '../certificates/certificate.ts'
import { idpPlaces } from './idp-places.ts'
import { entityXml, keyXml, serviceXml } from './metadata-xml.ts'
import { xmlText } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** What an app has to know of an org. */
export interface IdpMetadata {
  /** What the org calls itself to it. */
  readonly entityId: string
  /** The address at which the org answers. */
  readonly base: string
  readonly certificate: Certificate
  readonly nameIdFormat: string
  /** Whether the app signs its requests. */
  readonly wantsSignedRequests: boolean
  /** Whether messages about signing out are exchanged. */
  readonly hasLogout: boolean
}

/** The metadata of an org as an identity provider (SAML 2.0 Metadata §2.4.3). */
export function idpMetadataXml(metadata: IdpMetadata, now: Date): string {
  const { entityId, base, certificate, nameIdFormat, wantsSignedRequests, hasLogout } = metadata
  const places = idpPlaces(base)
  const logout = hasLogout
    ? serviceXml('SingleLogoutService', 'post', places.logout) +
      serviceXml('SingleLogoutService', 'redirect', places.logout)
    : ''
  const role = `   <md:IDPSSODescriptor WantAuthnRequestsSigned="${wantsSignedRequests}" protocolSupportEnumeration="${namespaces.protocol}">
${keyXml('signing', certificate)}${logout}      <md:NameIDFormat>${xmlText(nameIdFormat)}</md:NameIDFormat>
${serviceXml('SingleSignOnService', 'post', places.httpPost)}${serviceXml('SingleSignOnService', 'redirect', places.httpRedirect)}   </md:IDPSSODescriptor>
`
  return entityXml(entityId, role, now)
}
