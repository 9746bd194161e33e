import { issuerXml, newMessageId } from './written-response.ts'
import { signedElement, type XmlSigner, xmlAttributes, xmlText } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** What messages about signing out have in common. */
interface LogoutMessage {
  readonly issuer: string
  readonly destination: string
  readonly at: Date
}

/** Whom an app is to sign out. */
export interface LogoutSubject {
  readonly nameId: string
  readonly format: string
  readonly sessionIndex: string | undefined
}

// Seconds for which a request counts.
const lifetime = 300

/** A `LogoutRequest`, unsigned. @param id by which its answer is known */
export function logoutRequestXml(
  id: string,
  { issuer, destination, at }: LogoutMessage,
  { nameId, format, sessionIndex }: LogoutSubject,
): string {
  const attributes = xmlAttributes({
    'xmlns:samlp': namespaces.protocol,
    Destination: destination,
    ID: id,
    IssueInstant: at.toISOString(),
    NotOnOrAfter: new Date(at.getTime() + lifetime * 1000).toISOString(),
    Version: '2.0',
  })
  const index = sessionIndex === undefined ? '' : `<samlp:SessionIndex>${xmlText(sessionIndex)}</samlp:SessionIndex>`
  return `<samlp:LogoutRequest${attributes}>${issuerXml(issuer)}<saml:NameID xmlns:saml="${namespaces.assertion}" Format="${xmlText(format)}">${xmlText(nameId)}</saml:NameID>${index}</samlp:LogoutRequest>`
}

/** A `LogoutResponse` that says that it was done, unsigned. */
export function logoutResponseXml(inResponseTo: string, { issuer, destination, at }: LogoutMessage): string {
  const attributes = xmlAttributes({
    'xmlns:samlp': namespaces.protocol,
    Destination: destination,
    ID: newMessageId(at),
    InResponseTo: inResponseTo,
    IssueInstant: at.toISOString(),
    Version: '2.0',
  })
  return `<samlp:LogoutResponse${attributes}>${issuerXml(issuer)}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`
}

/** The same with a signature in it, as the HTTP POST binding has it. */
export function signedMessage(xml: string, signer: XmlSigner): Promise<string> {
  return signedElement(xml, signer, ['ds', 'saml', 'samlp'])
}
