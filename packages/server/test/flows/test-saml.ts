import { randomUUID } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import { recordIds } from '../../src/record-id.ts'
import { type EnteredSamlSsoConfig, newSamlSsoConfig } from '../../src/saml/new-sso-config.ts'
import type { SamlSsoConfig } from '../../src/saml/sso-config.ts'
import type { Signer, TestServer } from './test-server.ts'

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const dsig = 'http://www.w3.org/2000/09/xmldsig#'
export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
export const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
export const saml2Grant = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

/** What an assertion of a test says; what is `undefined` is left out. */
export interface SamlClaims {
  readonly id?: string
  readonly version?: string
  readonly issueInstant?: Date | string
  readonly issuer?: string
  readonly nameId?: string | undefined
  readonly method?: string | undefined
  readonly recipient?: string | undefined
  readonly inResponseTo?: string | undefined
  readonly audience?: string | undefined
  readonly notBefore?: Date | undefined
  readonly notOnOrAfter?: Date | string | undefined
  readonly conditionsEnd?: Date | string | undefined
  readonly attributes?: Readonly<Record<string, string>>
  /** Put in as it is, at the end. */
  readonly more?: string
}

/** An assertion, unsigned, with what is usual where a test says nothing. */
export function samlAssertion(claims: SamlClaims, now: Date, base: string): string {
  const ahead = new Date(now.getTime() + 180_000)
  const all = {
    id: `_${randomUUID()}`,
    version: '2.0',
    issueInstant: now,
    issuer: '3MVG9Warehouse',
    nameId: 'integration@target.example',
    method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
    recipient: `${base}/services/oauth2/token`,
    audience: base,
    notOnOrAfter: ahead,
    conditionsEnd: ahead,
    more: '',
    inResponseTo: undefined,
    ...claims,
  }
  const attribute = (name: string, value: Date | string | undefined) =>
    value === undefined ? '' : ` ${name}="${value instanceof Date ? value.toISOString() : value}"`
  const nameId = all.nameId === undefined ? '' : `<saml:NameID>${all.nameId}</saml:NameID>`
  const confirmation =
    all.method === undefined
      ? ''
      : `<saml:SubjectConfirmation Method="${all.method}"><saml:SubjectConfirmationData${attribute('InResponseTo', all.inResponseTo)}${attribute('Recipient', all.recipient)}${attribute('NotOnOrAfter', all.notOnOrAfter)}/></saml:SubjectConfirmation>`
  const audience =
    all.audience === undefined
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${all.audience}</saml:Audience></saml:AudienceRestriction>`
  const attributes = Object.entries(all.attributes ?? {})
    .map(
      ([name, value]) =>
        `<saml:Attribute Name="${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
    )
    .join('')
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${all.id}" Version="${all.version}"${attribute('IssueInstant', all.issueInstant)}>` +
    `<saml:Issuer>${all.issuer}</saml:Issuer><saml:Subject>${nameId}${confirmation}</saml:Subject>` +
    `<saml:Conditions${attribute('NotBefore', all.notBefore)}${attribute('NotOnOrAfter', all.conditionsEnd)}>${audience}</saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${now.toISOString()}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `${attributes === '' ? '' : `<saml:AttributeStatement>${attributes}</saml:AttributeStatement>`}${all.more}</saml:Assertion>`
  )
}

/** How a test signs. */
export interface Signing {
  readonly element?: string
  readonly signatureAlgorithm?: string
  readonly digestAlgorithm?: string
  readonly transforms?: readonly string[]
  readonly canonicalization?: string
  /** Prefixes for `InclusiveNamespaces`. */
  readonly inclusive?: readonly string[]
  /** A certificate to put into `KeyInfo`. */
  readonly certificate?: string
}

/** Signs an element of a document with a library that the code under test does not write signatures with. */
export function signXml(xml: string, { privateKey }: Pick<Signer, 'privateKey'>, signing: Signing = {}): string {
  const {
    element = 'Assertion',
    signatureAlgorithm = rsaSha256,
    digestAlgorithm = sha256,
    transforms = [`${dsig}enveloped-signature`, exclusive],
    canonicalization = exclusive,
    inclusive = [],
    certificate,
  } = signing
  const path = `//*[local-name(.)='${element}']`
  const signer = new SignedXml({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    signatureAlgorithm,
    canonicalizationAlgorithm: canonicalization,
    idAttribute: 'ID',
    ...(certificate === undefined ? {} : { publicCert: certificate, getKeyInfoContent: SignedXml.getKeyInfoContent }),
  })
  signer.addReference({
    xpath: path,
    digestAlgorithm,
    transforms: [...transforms],
    inclusiveNamespacesPrefixList: [...inclusive],
  })
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${path}/*[local-name(.)='Issuer']`, action: 'after' },
  })
  return signer.getSignedXml()
}

/** XML as a client sends it. */
export function sent(xml: string): string {
  return Buffer.from(xml).toString('base64url')
}

/** Lets the org believe an identity provider, `https://idp.example`, which signs with the key of the test. */
export async function addIdentityProvider(
  { stores, org, signer, now }: Pick<TestServer, 'stores' | 'org' | 'signer' | 'now'>,
  entered: EnteredSamlSsoConfig & { readonly fullName?: string } = {},
): Promise<SamlSsoConfig> {
  const outcome = await newSamlSsoConfig({ ...stores, newId: recordIds(now), now }, org, {
    fullName: 'Acme_IdP',
    issuer: 'https://idp.example',
    samlEntityId: 'https://target.example',
    validationCert: signer.pem,
    ...entered,
  })
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems))
  return outcome.value
}
