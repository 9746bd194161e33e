import { randomId, sha256 } from './crypto.ts'
import { base64Of, utf8 } from './encoding.ts'
import { InputError } from './input-error.ts'
import type { Signer } from './signer.ts'

/** What a SAML 2.0 assertion says of a user. */
export interface SamlStatement {
  /** Who says it: the consumer key of an app, or the issuer of an org's single sign-on settings. */
  readonly issuer: string
  /** Of whom: `NameID`. */
  readonly subject: string
  /** For whom it is. */
  readonly audience: string
  /** The address that it is posted to. */
  readonly recipient: string
  /** Seconds from now to its end; 180 unless given. */
  readonly validitySeconds?: number | undefined
  /** What else it says, such as `organization_id` and `portal_id` for users of a site. */
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

const assertion = 'urn:oasis:names:tc:SAML:2.0:assertion'
const dsig = 'http://www.w3.org/2000/09/xmldsig#'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/**
 * Writes an assertion for whoever bears it and signs it (RSA-SHA256, enveloped). It is written in the very form that exclusive
 * canonicalization would give it, so that what is signed is what is sent, byte for byte.
 * @throws {InputError} for a text that XML cannot hold
 */
export async function signSamlAssertion(statement: SamlStatement, signer: Signer, now = new Date()): Promise<string> {
  const { issuer, subject, audience, recipient, validitySeconds = 180, attributes = {} } = statement
  const id = `_${randomId()}`
  const end = instant(new Date(now.getTime() + validitySeconds * 1000))
  const named = Object.entries(attributes).map(([name, value]) =>
    element('Attribute', { Name: name }, element('AttributeValue', {}, text(value))),
  )
  const confirmation = element('SubjectConfirmationData', { NotOnOrAfter: end, Recipient: recipient })
  const context = element('AuthnContextClassRef', {}, 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified')
  const head = `<saml:Assertion xmlns:saml="${assertion}" ID="${id}" IssueInstant="${instant(now)}" Version="2.0">${element('Issuer', {}, text(issuer))}`
  const rest =
    element(
      'Subject',
      {},
      element('NameID', { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' }, text(subject)) +
        element('SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }, confirmation),
    ) +
    element(
      'Conditions',
      { NotOnOrAfter: end },
      element('AudienceRestriction', {}, element('Audience', {}, text(audience))),
    ) +
    element('AuthnStatement', { AuthnInstant: instant(now) }, element('AuthnContext', {}, context)) +
    (named.length === 0 ? '' : element('AttributeStatement', {}, named.join(''))) +
    '</saml:Assertion>'
  return `${head}${await signature(id, head + rest, signer)}${rest}`
}

/** The signature over what has this ID and this text. */
async function signature(id: string, signed: string, signer: Signer): Promise<string> {
  const method = (name: string, algorithm: string) => `<ds:${name} Algorithm="${algorithm}"></ds:${name}>`
  const digest = base64Of(sha256(utf8(signed)))
  const signedInfo =
    `<ds:SignedInfo xmlns:ds="${dsig}">${method('CanonicalizationMethod', exclusive)}` +
    `${method('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}<ds:Reference URI="#${id}">` +
    `<ds:Transforms>${method('Transform', `${dsig}enveloped-signature`)}${method('Transform', exclusive)}</ds:Transforms>` +
    `${method('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  const value = base64Of(await signer.sign(utf8(signedInfo)))
  return `<ds:Signature xmlns:ds="${dsig}">${signedInfo}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`
}

/** An element as canonical XML has it: attributes in the order of their names, which is the order in which they are given. */
function element(name: string, attributes: Readonly<Record<string, string>>, content = ''): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${attributeValue(value)}"`)
  return `<saml:${name}${written.join('')}>${content}</saml:${name}>`
}

function text(value: string): string {
  return checked(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#xD;')
}

function attributeValue(value: string): string {
  return checked(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;')
}

// XML 1.0 §2.2: these cannot be written at all, not even by their number.
function checked(value: string): string {
  if (value.isWellFormed() && !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(value))
    return value
  throw new InputError('A value of the assertion has a character that XML cannot hold.')
}

function instant(date: Date): string {
  return date.toISOString()
}
