import type { Element } from '@xmldom/xmldom'
import { elementsOf } from '../xml.ts'
import { attributeOf, elementsNamed, isNamed, namespaces, textOf } from './xml.ts'

export const xenc = 'http://www.w3.org/2001/04/xmlenc#'
export const xenc11 = 'http://www.w3.org/2009/xmlenc11#'

/** An assertion for the eyes of one (SAML 2.0 Core §2.3.4; XML Encryption §3), taken apart. Nothing of it is proved. */
export interface EncryptedAssertion {
  readonly contentAlgorithm: string
  readonly content: Buffer
  readonly keyAlgorithm: string
  /** The digest of RSA-OAEP, and that of its mask; `undefined` where they are not named. */
  readonly keyDigest: string | undefined
  readonly keyMask: string | undefined
  readonly wrappedKey: Buffer
}

/** What is wrong with how something is encrypted, as anybody can see who has no key. */
export class UnfitEncryption extends Error {
  override readonly name = 'UnfitEncryption'
}

/**
 * Takes the one `EncryptedAssertion` of a response apart: one `EncryptedData` with what it holds, and one `EncryptedKey`, within it or
 * beside it. Nothing is followed that points elsewhere.
 * @throws {UnfitEncryption}
 */
export function readEncryptedAssertion(response: Element): EncryptedAssertion {
  const encrypted = only(elementsNamed(response, namespaces.assertion, 'EncryptedAssertion'), 'EncryptedAssertion')
  checkMembers(encrypted, ['EncryptedData', 'EncryptedKey'])
  const data = only(encryptionNamed(encrypted, 'EncryptedData'), 'EncryptedData')
  if ((attributeOf(data, 'Type') ?? `${xenc}Element`) !== `${xenc}Element`) {
    throw new UnfitEncryption('what is encrypted is no whole element')
  }
  checkMembers(data, ['EncryptionMethod', 'KeyInfo', 'CipherData'])
  const method = only(encryptionNamed(data, 'EncryptionMethod'), 'EncryptionMethod')
  checkMembers(method, [])
  const within = elementsNamed(data, namespaces.signature, 'KeyInfo').flatMap((info) =>
    encryptionNamed(info, 'EncryptedKey'),
  )
  const key = only([...within, ...encryptionNamed(encrypted, 'EncryptedKey')], 'EncryptedKey')
  return {
    contentAlgorithm: algorithmOf(method),
    content: cipherValueOf(data),
    ...keyMethodOf(key),
    wrappedKey: cipherValueOf(key),
  }
}

function keyMethodOf(key: Element): Pick<EncryptedAssertion, 'keyAlgorithm' | 'keyDigest' | 'keyMask'> {
  checkMembers(key, ['EncryptionMethod', 'KeyInfo', 'CipherData', 'ReferenceList', 'CarriedKeyName'])
  const method = only(encryptionNamed(key, 'EncryptionMethod'), 'EncryptionMethod')
  checkMembers(method, ['DigestMethod', 'MGF'])
  const algorithmIn = (namespace: string, name: string) => {
    const found = elementsNamed(method, namespace, name)
    return found.length === 0 ? undefined : algorithmOf(only(found, name))
  }
  return {
    keyAlgorithm: algorithmOf(method),
    keyDigest: algorithmIn(namespaces.signature, 'DigestMethod'),
    keyMask: algorithmIn(xenc11, 'MGF'),
  }
}

function cipherValueOf(parent: Element): Buffer {
  const data = only(encryptionNamed(parent, 'CipherData'), 'CipherData')
  checkMembers(data, ['CipherValue'])
  const value = only(encryptionNamed(data, 'CipherValue'), 'CipherValue')
  checkMembers(value, [])
  const text = textOf(value)
  if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) throw new UnfitEncryption('its CipherValue is not base64')
  return Buffer.from(text, 'base64')
}

function encryptionNamed(parent: Element, name: string): readonly Element[] {
  return elementsOf(parent).filter((element) => isNamed(element, xenc, name))
}

const memberNamespaces: readonly (string | null)[] = [xenc, xenc11, namespaces.signature]

/** Whether there is nothing within but what is known. */
function checkMembers(parent: Element, names: readonly string[]): void {
  const strange = elementsOf(parent).find(
    ({ namespaceURI, localName }) => !memberNamespaces.includes(namespaceURI) || !names.includes(localName ?? ''),
  )
  if (strange !== undefined) throw new UnfitEncryption(`its ${parent.localName} has other parts than are known`)
}

function only(found: readonly Element[], name: string): Element {
  const [element, ...others] = found
  if (element === undefined) throw new UnfitEncryption(`it has no ${name}`)
  if (others.length > 0) throw new UnfitEncryption(`it has several elements ${name}`)
  return element
}

function algorithmOf(element: Element): string {
  return attributeOf(element, 'Algorithm') ?? ''
}
