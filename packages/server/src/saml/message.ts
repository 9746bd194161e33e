import { inflateRawSync } from 'node:zlib'
import type { Element } from '@xmldom/xmldom'
import type { NameId } from '../sessions/sso-session.ts'
import { assertionText } from './assertion-text.ts'
import { nameIdWithin } from './name-id.ts'
import { malformed } from './saml-error.ts'
import { attributeOf, elementsNamed, isNamed, namespaces, readStrictXml, textOf } from './xml.ts'

/** What parties send to one another, besides assertions. */
export type MessageKind = 'AuthnRequest' | 'LogoutRequest' | 'LogoutResponse'

/** A message that could be read (SAML 2.0 Core §3.2). Nothing of it is proved. */
export interface SamlMessage {
  readonly kind: MessageKind
  readonly text: string
  readonly root: Element
  readonly id: string
  readonly issuer: string
  readonly destination: string | undefined
  readonly issueInstant: Date
}

// More than any message inflates to, and what the reader of XML takes at most.
const longest = 100_000
const longestId = 256

/** The XML of a message of the HTTP POST binding: base64. @throws {SamlError} `saml-malformed` */
export function postedText(sent: string): string {
  return assertionText(sent)
}

/**
 * The XML of a message of the HTTP Redirect binding: deflated without a header, and base64 (SAML 2.0 Bindings §3.4.4.1). It never
 * grows beyond what is read at all.
 * @throws {SamlError} `saml-malformed`
 */
export function redirectedText(sent: string): string {
  const packed = sent.replaceAll(' ', '+').replaceAll(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw malformed('it is not base64')
  let bytes: Buffer
  try {
    bytes = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: longest })
  } catch {
    throw malformed(`it is not deflated, or inflates to more than ${longest} bytes`)
  }
  return assertionText(bytes.toString('base64'))
}

/** Reads a message of one of these kinds. @throws {SamlError} `saml-malformed` */
export async function readMessage(text: string, kinds: readonly MessageKind[]): Promise<SamlMessage> {
  return messageOf(text, await readStrictXml(text), kinds)
}

/** The message that an element is. @throws {SamlError} `saml-malformed` */
export function messageOf(text: string, root: Element, kinds: readonly MessageKind[]): SamlMessage {
  const kind = kinds.find((one) => isNamed(root, namespaces.protocol, one))
  if (kind === undefined) throw malformed(`its outermost element is no SAML 2.0 ${kinds.join(' or ')}`)
  if (attributeOf(root, 'Version') !== '2.0') throw malformed('its Version is not 2.0')
  const id = attributeOf(root, 'ID') ?? ''
  if (!/^[A-Za-z_][\w.-]*$/.test(id) || id.length > longestId) throw malformed('its ID is none')
  const [issuer, ...others] = elementsNamed(root, namespaces.assertion, 'Issuer')
  if (issuer === undefined || others.length > 0 || textOf(issuer) === '') throw malformed('it has no Issuer')
  return {
    kind,
    text,
    root,
    id,
    issuer: textOf(issuer),
    destination: attributeOf(root, 'Destination'),
    issueInstant: instantOf(root, 'IssueInstant'),
  }
}

/** What an app asks for with an `AuthnRequest` (SAML 2.0 Core §3.4.1), as far as it is answered here. */
export interface AuthnRequest {
  readonly acsUrl: string | undefined
  readonly binding: string | undefined
  readonly forceAuthn: boolean
  readonly isPassive: boolean
}

/** Reads what is asked. @throws {SamlError} `saml-malformed` */
export function readAuthnRequest({ root }: SamlMessage): AuthnRequest {
  return {
    acsUrl: attributeOf(root, 'AssertionConsumerServiceURL'),
    binding: attributeOf(root, 'ProtocolBinding'),
    forceAuthn: flagOf(root, 'ForceAuthn'),
    isPassive: flagOf(root, 'IsPassive'),
  }
}

/** Whose session a party wants ended (SAML 2.0 Core §3.7.1). */
export interface LogoutRequest {
  readonly name: NameId
  /** None for every session of theirs. */
  readonly sessionIndexes: readonly string[]
  /** When the wish ends (`NotOnOrAfter`); `undefined` where it does not say. */
  readonly end: Date | undefined
}

/** Reads whose. @throws {SamlError} `saml-malformed` */
export function readLogoutRequest({ root }: SamlMessage): LogoutRequest {
  const name = nameIdWithin(root)
  if (name === undefined || name.value === '') throw malformed('it does not say who is to be signed out (NameID)')
  return {
    name,
    sessionIndexes: elementsNamed(root, namespaces.protocol, 'SessionIndex').map(textOf),
    end: attributeOf(root, 'NotOnOrAfter') === undefined ? undefined : instantOf(root, 'NotOnOrAfter'),
  }
}

/** Which message a response answers. */
export function inResponseTo({ root }: SamlMessage): string | undefined {
  return attributeOf(root, 'InResponseTo')
}

/** What a response says of how it went: the name of its status, without what all have in common; the innermost, where it has two. */
export function statusOf({ root }: SamlMessage): string | undefined {
  const [status] = elementsNamed(root, namespaces.protocol, 'Status')
  const [outer] = status === undefined ? [] : elementsNamed(status, namespaces.protocol, 'StatusCode')
  const [inner] = outer === undefined ? [] : elementsNamed(outer, namespaces.protocol, 'StatusCode')
  const code = inner ?? outer
  const value = code && attributeOf(code, 'Value')
  return value?.replace('urn:oasis:names:tc:SAML:2.0:status:', '').slice(0, 64)
}

function flagOf(element: Element, name: string): boolean {
  const text = attributeOf(element, name)
  if (text === undefined || text === 'false' || text === '0') return false
  if (text === 'true' || text === '1') return true
  throw malformed(`its ${name} is neither true nor false`)
}

function instantOf(element: Element, name: string): Date {
  const instant = new Date(attributeOf(element, name) ?? Number.NaN)
  if (Number.isNaN(instant.getTime())) throw malformed(`it has no ${name}`)
  return instant
}
