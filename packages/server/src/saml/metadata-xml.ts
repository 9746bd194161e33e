import type { Certificate } from '../certificates/certificate.ts'
import { xmlAttributes } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** How messages travel, by the names that metadata has for it (SAML 2.0 Bindings §3). */
export const bindings = {
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
} as const

/** The namespace of metadata. */
export const metadataNamespace = 'urn:oasis:names:tc:SAML:2.0:metadata'

/** The metadata of one party, good for ten years, in the shape of Salesforce's (SAML 2.0 Metadata §2.3.2). @param role its descriptor */
export function entityXml(entityId: string, role: string, now: Date): string {
  const validUntil = new Date(now)
  validUntil.setUTCFullYear(now.getUTCFullYear() + 10)
  return `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="${metadataNamespace}" xmlns:ds="${namespaces.signature}"${xmlAttributes({ entityID: entityId, validUntil: validUntil.toISOString() })}>
${role}</md:EntityDescriptor>
`
}

/** What a certificate is for. @param algorithms to encrypt with */
export function keyXml(
  use: 'signing' | 'encryption',
  { pem }: Pick<Certificate, 'pem'>,
  algorithms: readonly string[] = [],
): string {
  const methods = algorithms.map(
    (algorithm) => `         <md:EncryptionMethod${xmlAttributes({ Algorithm: algorithm })}/>\n`,
  )
  return `      <md:KeyDescriptor use="${use}">
         <ds:KeyInfo>
            <ds:X509Data>
               <ds:X509Certificate>${pem.replaceAll(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate>
            </ds:X509Data>
         </ds:KeyInfo>
${methods.join('')}      </md:KeyDescriptor>
`
}

/** Where something is done, in which way. */
export function serviceXml(
  element: string,
  binding: keyof typeof bindings,
  location: string,
  more: Readonly<Record<string, string>> = {},
): string {
  return `      <md:${element}${xmlAttributes({ Binding: bindings[binding], Location: location, ...more })}/>\n`
}
