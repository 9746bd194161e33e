import type { Element } from '@xmldom/xmldom'
import type { NameId } from '../sessions/sso-session.ts'
import { elementsOf } from '../xml.ts'
import { readNameId } from './name-id.ts'
import { malformed } from './saml-error.ts'
import { attributeOf, elementsNamed, namespaces, textOf } from './xml.ts'

/** What an assertion says (SAML 2.0 Core §2.3.3), as far as it is asked here. */
export interface SamlAssertion {
  readonly id: string
  readonly issueInstant: Date
  readonly issuer: string
  /** Whom it is about; `undefined` when it names nobody. */
  readonly nameId: string | undefined
  /** The same, in which sense it is meant. */
  readonly name: NameId | undefined
  /** What the issuer calls its session with them; `undefined` where it says nothing. */
  readonly sessionIndex: string | undefined
  /** How whoever brings it may show that it is about them: `bearer` alone is known here. */
  readonly bearers: readonly BearerConfirmation[]
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
  /** One list for each restriction: of each, one has to be met. */
  readonly audiences: readonly (readonly string[])[]
  readonly attributes: ReadonlyMap<string, readonly string[]>
  /** All of it, as text. */
  readonly xml: () => string
  /** The `EncryptedAssertion` that it came in; `undefined` where it came as it is. */
  readonly encryptedXml: (() => string) | undefined
}

/** A `SubjectConfirmation` of whoever bears the assertion (SAML 2.0 Profiles §3.3). */
export interface BearerConfirmation {
  /** The request that it answers; `undefined` where nobody asked. */
  readonly inResponseTo: string | undefined
  readonly recipient: string | undefined
  readonly notBefore: Date | undefined
  readonly notOnOrAfter: Date | undefined
}

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
// What it names is looked up and kept.
const longestId = 256

/** Reads an `Assertion`. @throws {SamlError} `saml-malformed` */
export function readAssertion(element: Element): SamlAssertion {
  if (attributeOf(element, 'Version') !== '2.0') throw malformed('its Version is not 2.0')
  const id = attributeOf(element, 'ID') ?? ''
  if (!/^[A-Za-z_][\w.-]*$/.test(id) || id.length > longestId) throw malformed('its ID is none')
  const issueInstant = instantOf(element, 'IssueInstant')
  if (issueInstant === undefined) throw malformed('it has no IssueInstant')
  const issuer = one(element, 'Issuer')
  if (issuer === undefined || textOf(issuer) === '') throw malformed('it has no Issuer')
  const subject = one(element, 'Subject')
  const conditions = one(element, 'Conditions')
  const name = subject && nameIn(subject)
  const [statement] = named(element, 'AuthnStatement')
  return {
    id,
    issueInstant,
    issuer: textOf(issuer),
    nameId: name?.value,
    name,
    sessionIndex: statement && attributeOf(statement, 'SessionIndex'),
    bearers: subject === undefined ? [] : named(subject, 'SubjectConfirmation').flatMap(bearerConfirmation),
    notBefore: conditions && instantOf(conditions, 'NotBefore'),
    notOnOrAfter: conditions && instantOf(conditions, 'NotOnOrAfter'),
    audiences:
      conditions === undefined
        ? []
        : named(conditions, 'AudienceRestriction').map((restriction) => named(restriction, 'Audience').map(textOf)),
    attributes: new Map(
      named(element, 'AttributeStatement')
        .flatMap((all) => named(all, 'Attribute'))
        .map(attribute),
    ),
    xml: () => element.toString(),
    encryptedXml: undefined,
  }
}

function nameIn(subject: Element): NameId | undefined {
  if (named(subject, 'EncryptedID').length > 0) throw malformed('its NameID is encrypted, and nothing here can read it')
  const nameId = one(subject, 'NameID')
  const name = nameId && readNameId(nameId)
  return name === undefined || name.value === '' ? undefined : name
}

function bearerConfirmation(confirmation: Element): readonly BearerConfirmation[] {
  if (attributeOf(confirmation, 'Method') !== bearer) return []
  const at = one(confirmation, 'SubjectConfirmationData')
  return [
    {
      inResponseTo: at && attributeOf(at, 'InResponseTo'),
      recipient: at && attributeOf(at, 'Recipient'),
      notBefore: at && instantOf(at, 'NotBefore'),
      notOnOrAfter: at && instantOf(at, 'NotOnOrAfter'),
    },
  ]
}

function attribute(element: Element): readonly [string, readonly string[]] {
  const values = named(element, 'AttributeValue').filter((value) => elementsOf(value).length === 0)
  return [attributeOf(element, 'Name') ?? '', values.map(textOf)]
}

// SAML 2.0 Core §1.3.3: times are in UTC. One with an offset says as clearly when it is.
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

function instantOf(element: Element, name: string): Date | undefined {
  const text = attributeOf(element, name)
  if (text === undefined) return undefined
  const instant = new Date(dateTime.test(text) ? text : Number.NaN)
  if (Number.isNaN(instant.getTime())) throw malformed(`its ${name} is no time such as 2026-03-01T12:00:00Z`)
  return instant
}

function named(parent: Element, name: string): readonly Element[] {
  return elementsNamed(parent, namespaces.assertion, name)
}

function one(parent: Element, name: string): Element | undefined {
  const [element, ...others] = named(parent, name)
  if (others.length > 0) throw malformed(`it has several elements ${name}`)
  return element
}
