import type { NameId } from '../sessions/sso-session.ts'
import { nameIdXml } from './name-id.ts'
import { issuerXml, newMessageId } from './written-response.ts'
import { signedElement, type XmlSigner, xmlAttributes, xmlText } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** What messages about signing out have in common. */
interface LogoutMessage {
  readonly issuer: string
  readonly destination: string
  readonly at: Date
}

/** Whom another party is to sign out, by the name that it knows. */
export interface LogoutSubject {
  readonly name: NameId
  readonly sessionIndex?: string | undefined
}

/** What became of a wish: as asked, as asked but not everywhere, or nothing because of what was asked. */
export type LogoutStatus = 'Success' | 'PartialLogout' | 'Requester'

const statusUrn = 'urn:oasis:names:tc:SAML:2.0:status'
// Core §3.2.2.2: what was done in part is a success, with the rest said below it.
const statusXml: Readonly<Record<LogoutStatus, string>> = {
  Success: `<samlp:StatusCode Value="${statusUrn}:Success"/>`,
  PartialLogout: `<samlp:StatusCode Value="${statusUrn}:Success"><samlp:StatusCode Value="${statusUrn}:PartialLogout"/></samlp:StatusCode>`,
  Requester: `<samlp:StatusCode Value="${statusUrn}:Requester"/>`,
}

// Seconds for which a request counts.
const lifetime = 300

/** A `LogoutRequest`, unsigned. @param id by which its answer is known */
export function logoutRequestXml(
  id: string,
  { issuer, destination, at }: LogoutMessage,
  { name, sessionIndex }: LogoutSubject,
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
  return `<samlp:LogoutRequest${attributes}>${issuerXml(issuer)}${nameIdXml(name)}${index}</samlp:LogoutRequest>`
}

/** A `LogoutResponse`, unsigned. */
export function logoutResponseXml(
  inResponseTo: string,
  { issuer, destination, at }: LogoutMessage,
  status: LogoutStatus,
): string {
  const attributes = xmlAttributes({
    'xmlns:samlp': namespaces.protocol,
    Destination: destination,
    ID: newMessageId(at),
    InResponseTo: inResponseTo,
    IssueInstant: at.toISOString(),
    Version: '2.0',
  })
  return `<samlp:LogoutResponse${attributes}>${issuerXml(issuer)}<samlp:Status>${statusXml[status]}</samlp:Status></samlp:LogoutResponse>`
}

/** The same with a signature in it, as the HTTP POST binding has it. */
export function signedMessage(xml: string, signer: XmlSigner): Promise<string> {
  return signedElement(xml, signer, ['ds', 'saml', 'samlp'])
}
