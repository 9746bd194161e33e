import type { Certificate } from '../certificates/certificate.ts'
import { idpPlaces } from './idp-places.ts'
import { xmlAttributes, xmlText } from './written-xml.ts'
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

const bindings = {
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
} as const

/** The metadata of an org as an identity provider, in the shape of Salesforce's (SAML 2.0 Metadata §2.4.3). */
export function idpMetadataXml(metadata: IdpMetadata, now: Date): string {
  const { entityId, base, certificate, nameIdFormat, wantsSignedRequests, hasLogout } = metadata
  const places = idpPlaces(base)
  const validUntil = new Date(now)
  validUntil.setUTCFullYear(now.getUTCFullYear() + 10)
  const service = (element: string, binding: string, location: string) =>
    `      <md:${element}${xmlAttributes({ Binding: binding, Location: location })}/>\n`
  const logout = hasLogout
    ? service('SingleLogoutService', bindings.post, places.logout) +
      service('SingleLogoutService', bindings.redirect, places.logout)
    : ''
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="${namespaces.signature}"${xmlAttributes({ entityID: entityId, validUntil: validUntil.toISOString() })}>
   <md:IDPSSODescriptor WantAuthnRequestsSigned="${wantsSignedRequests}" protocolSupportEnumeration="${namespaces.protocol}">
      <md:KeyDescriptor use="signing">
         <ds:KeyInfo>
            <ds:X509Data>
               <ds:X509Certificate>${certificate.pem.replaceAll(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate>
            </ds:X509Data>
         </ds:KeyInfo>
      </md:KeyDescriptor>
${logout}      <md:NameIDFormat>${xmlText(nameIdFormat)}</md:NameIDFormat>
${service('SingleSignOnService', bindings.post, places.httpPost)}${service('SingleSignOnService', bindings.redirect, places.httpRedirect)}   </md:IDPSSODescriptor>
</md:EntityDescriptor>
`
}
