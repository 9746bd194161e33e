import { randomBytes } from 'node:crypto'
import { signedElement, type XmlSigner, xmlAttributes, xmlText } from './written-xml.ts'
import { namespaces } from './xml.ts'

/** What a response says (SAML 2.0 Profiles §4.1.4.2, as Salesforce writes it). */
export interface WrittenResponse {
  readonly issuer: string
  /** Where it is posted, and who may take it there: the ACS URL of the app. */
  readonly destination: string
  /** The Entity Id of the app. */
  readonly audience: string
  /** The ID of the request that it answers; `undefined` where nobody asked. */
  readonly inResponseTo: string | undefined
  readonly issueInstant: Date
  readonly subject: WrittenSubject
}

/** Whom a response is about. */
export interface WrittenSubject {
  readonly nameId: string
  /** The name of its format, as URN. */
  readonly format: string
  readonly authnInstant: Date
  /** The session here, for messages about its end. */
  readonly sessionIndex: string | undefined
  /** Name and value, in their order. */
  readonly attributes: readonly (readonly [string, string])[]
}

/** What is done to a response on its way. */
export interface ResponseSteps {
  /** Makes of the whole response, which nobody has signed yet, the `Assertion` that is to be in it. */
  readonly modify?: ((response: string) => Promise<string>) | undefined
  /** Makes of an `Assertion` what stands in its place. */
  readonly encrypt?: ((assertion: string) => Promise<string>) | undefined
}

const entity = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const unspecifiedContext = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified'
const unspecifiedName = 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified'
// Seconds for which an assertion is good, and by which its begin is set back, as at Salesforce.
const lifetime = 300
const setBack = 30

/** The ID of a message: `_`, 32 hexadecimal digits, and the milliseconds of 13 digits, as Salesforce writes it. */
export function newMessageId(now: Date): string {
  return `_${randomBytes(16).toString('hex')}${String(now.getTime()).padStart(13, '0')}`
}

/** A `Response` that signs somebody in: the assertion is signed, and around it the response once more. */
export async function responseXml(
  response: WrittenResponse,
  signer: XmlSigner,
  { modify, encrypt }: ResponseSteps = {},
): Promise<string> {
  const around = responseAround(response, `<samlp:StatusCode Value="${success}"/>`)
  const written = assertionXml(response)
  const assertion = modify === undefined ? written : await modify(around(written))
  const signed = await signedElement(assertion, signer, ['ds', 'saml', 'xs', 'xsi'])
  return signedElement(around(encrypt === undefined ? signed : await encrypt(signed)), signer, responsePrefixes)
}

/** A `Response` that says why nobody is signed in. @param status of the second level, such as `NoPassive` */
export function statusResponseXml(
  response: Omit<WrittenResponse, 'subject' | 'audience'>,
  status: string,
  signer: XmlSigner,
): Promise<string> {
  const prefix = 'urn:oasis:names:tc:SAML:2.0:status:'
  const code = `<samlp:StatusCode Value="${prefix}Responder"><samlp:StatusCode Value="${prefix}${xmlText(status)}"/></samlp:StatusCode>`
  return signedElement(responseAround(response, code)(''), signer, responsePrefixes)
}

/** An `Issuer` with its own declaration of the namespace. */
export function issuerXml(issuer: string): string {
  return `<saml:Issuer xmlns:saml="${namespaces.assertion}" Format="${entity}">${xmlText(issuer)}</saml:Issuer>`
}

const responsePrefixes = ['ds', 'saml', 'samlp', 'xs', 'xsi']

/** Writes a response, always the same one, around what is to be in it. */
function responseAround(
  { destination, inResponseTo, issueInstant, issuer }: Omit<WrittenResponse, 'subject' | 'audience'>,
  statusCode: string,
): (content: string) => string {
  const attributes = xmlAttributes({
    'xmlns:samlp': namespaces.protocol,
    Destination: destination,
    ID: newMessageId(issueInstant),
    InResponseTo: inResponseTo,
    IssueInstant: issueInstant.toISOString(),
    Version: '2.0',
  })
  const head = `<samlp:Response${attributes}>${issuerXml(issuer)}<samlp:Status>${statusCode}</samlp:Status>`
  return (content) => `${head}${content}</samlp:Response>`
}

function assertionXml({ issuer, destination, audience, inResponseTo, issueInstant, subject }: WrittenResponse): string {
  const instant = (seconds: number) => new Date(issueInstant.getTime() + seconds * 1000).toISOString()
  const head = xmlAttributes({
    'xmlns:saml': namespaces.assertion,
    ID: newMessageId(issueInstant),
    IssueInstant: issueInstant.toISOString(),
    Version: '2.0',
  })
  const confirmation = xmlAttributes({
    InResponseTo: inResponseTo,
    NotOnOrAfter: instant(lifetime),
    Recipient: destination,
  })
  const authn = xmlAttributes({
    AuthnInstant: subject.authnInstant.toISOString(),
    SessionIndex: subject.sessionIndex,
  })
  return (
    `<saml:Assertion${head}><saml:Issuer Format="${entity}">${xmlText(issuer)}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="${xmlText(subject.format)}">${xmlText(subject.nameId)}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="${bearer}"><saml:SubjectConfirmationData${confirmation}/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${instant(-setBack)}" NotOnOrAfter="${instant(lifetime)}">` +
    `<saml:AudienceRestriction><saml:Audience>${xmlText(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement${authn}><saml:AuthnContext>` +
    `<saml:AuthnContextClassRef>${unspecifiedContext}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${subject.attributes.map(attributeXml).join('')}</saml:AttributeStatement></saml:Assertion>`
  )
}

function attributeXml([name, value]: readonly [string, string]): string {
  const declared =
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:anyType"'
  return `<saml:Attribute Name="${xmlText(name)}" NameFormat="${unspecifiedName}"><saml:AttributeValue ${declared}>${xmlText(value)}</saml:AttributeValue></saml:Attribute>`
}
