import type { Element } from '@xmldom/xmldom'
import type { Org } from '../orgs/org.ts'
import { displayName, type User } from '../users/user.ts'
import { elementsOf, readXml } from '../xml.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'

/** A call of the SOAP API, as far as clients sign in and out by it. */
export interface SoapCall {
  readonly operation: 'login' | 'getUserInfo' | 'logout'
  /** The access token in the header of the envelope. */
  readonly sessionId: string | undefined
  /** What `login` is given. */
  readonly username: string | undefined
  readonly password: string | undefined
}

const operations = ['login', 'getUserInfo', 'logout'] as const
// A call that is known here has some ten.
const mostTags = 200
const envelopeNamespace = 'http://schemas.xmlsoap.org/soap/envelope/'

/**
 * Reads an envelope (SOAP 1.1), whatever its prefixes. Document types, and with them entities, are refused.
 * @throws {RestError} 500 as a fault
 */
export async function readSoapCall(text: string): Promise<SoapCall> {
  const root = await readXml(text, mostTags, malformed)
  if (root?.localName !== 'Envelope' || root.namespaceURI !== envelopeNamespace)
    throw malformed('It has no SOAP envelope')
  const body = childNamed(root, 'Body')
  const called = body === undefined ? undefined : elementsOf(body)[0]
  if (called === undefined) throw malformed('The body of the envelope is empty')
  const name = called.localName ?? ''
  const operation = operations.find((one) => one === name)
  if (operation === undefined) {
    throw new RestError({ reason: 'soap-operation-unknown', facts: { found: name.slice(0, 64), known: operations } })
  }
  const header = childNamed(root, 'Header')
  const session = header === undefined ? undefined : childNamed(header, 'SessionHeader')
  const sessionId = session === undefined ? undefined : childNamed(session, 'sessionId')?.textContent?.trim()
  return {
    operation,
    sessionId: sessionId === '' ? undefined : sessionId,
    username: textOf(called, 'username'),
    password: textOf(called, 'password'),
  }
}

function malformed(problem: string): RestError {
  return new RestError({ reason: 'soap-malformed', facts: { problem } })
}

function textOf(parent: Element, name: string): string | undefined {
  const text = childNamed(parent, name)?.textContent
  return text === null || text === '' ? undefined : text
}

function childNamed(parent: Element, name: string): Element | undefined {
  return elementsOf(parent).find(({ localName }) => localName === name)
}

/** What `getUserInfo` answers of a user. */
export function soapUserInfo(user: User, org: Org): JsonObject {
  return {
    accessibilityMode: false,
    currencySymbol: '$',
    orgAttachmentFileSizeLimit: 26_214_400,
    orgDefaultCurrencyIsoCode: 'USD',
    orgDisallowHtmlAttachments: false,
    orgHasPersonAccounts: false,
    organizationId: org.id,
    organizationMultiCurrency: false,
    organizationName: org.name,
    profileId: user.profileId,
    roleId: null,
    sessionSecondsValid: org.settings.sessionTimeout,
    userDefaultCurrencyIsoCode: null,
    userEmail: user.email,
    userFullName: displayName(user),
    userId: user.id,
    userLanguage: user.language,
    userLocale: user.locale,
    userName: user.username,
    userTimeZone: user.timeZone,
    userType: 'Standard',
    userUiSkin: 'Theme3',
  }
}
