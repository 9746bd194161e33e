import { issuerXml } from './written-response.ts'
import { xmlAttributes } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** What an org asks an identity provider for. */
export interface WrittenRequest {
  readonly id: string
  /** What the org calls itself there. */
  readonly issuer: string
  /** The login URL of the provider. */
  readonly destination: string
  /** Where the org takes its response. */
  readonly acsUrl: string
  readonly at: Date
}

/** An `AuthnRequest`, unsigned. */
export function authnRequestXml({ id, issuer, destination, acsUrl, at }: WrittenRequest): string {
  const attributes = xmlAttributes({
    'xmlns:samlp': namespaces.protocol,
    AssertionConsumerServiceURL: acsUrl,
    Destination: destination,
    ID: id,
    IssueInstant: at.toISOString(),
    ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    Version: '2.0',
  })
  return `<samlp:AuthnRequest${attributes}>${issuerXml(issuer)}</samlp:AuthnRequest>`
}
