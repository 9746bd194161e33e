import type { KeyObject } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import type { CertificateStore } from '../certificates/certificate.ts'
import { openPrivateKey } from '../certificates/new-certificate.ts'
import { type Checklist, checklist, pass } from '../journal/checklist.ts'
import type { Seal } from '../seal.ts'
import type { SamlAssertion } from './assertion.ts'
import { type DecryptionRules, decrypted } from './decrypt.ts'
import { isSigned, provedDecrypted, readDecrypted, type SamlDocument, type SealedResponse } from './document.ts'
import { readEncryptedAssertion, UnfitEncryption } from './encrypted-assertion.ts'
import { unusableForSaml } from './identity-provider.ts'
import { SamlError } from './saml-error.ts'
import { type ExpectedSigner, verifiedElement } from './signature.ts'
import { type SsoRules, unknownIssuer } from './sso-assertion.ts'
import type { SamlSsoConfig } from './sso-config.ts'
import { elementsNamed, namespaces } from './xml.ts'

/** What decrypting needs. */
export interface DecryptionNeeds {
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly seal: Seal
  readonly rules: SsoRules
}

const nothingProved =
  'it is encrypted for another key, was changed on its way, or holds no assertion that the provider has signed'

/**
 * The assertion of a response that is encrypted, decrypted and proved. A signature of the response is over what is encrypted, and is
 * verified first. Where neither it nor the cipher shows that nothing was changed (AES-CBC), there is one answer to everything between
 * the decryption and the signature within: whoever could tell how far it came would be told what is encrypted (a padding oracle).
 * @param claims is told what the assertion says before it is proved, where that may be known
 * @throws {SamlError} `saml-decryption-failed`, or what is wrong with its signature
 */
export async function openedAssertion(
  sealed: SealedResponse,
  config: SamlSsoConfig,
  signer: ExpectedSigner,
  { rules, ...needs }: DecryptionNeeds,
  claims: (claimed: SamlAssertion) => Promise<void>,
  checks: Checklist,
): Promise<SamlAssertion> {
  const privateKey = await decryptionKeyOf(needs, config)
  const isOfSigner = isSigned(sealed.response)
  const response = isOfSigner ? await verifiedElement(sealed.response, signer, rules, checks) : sealed.response
  const { algorithm, text, isAuthenticated } = openedText(response, config, privateKey, rules)
  const isTold = isOfSigner || isAuthenticated
  const noted = isTold ? checks : checklist()
  try {
    const document = await readWithin(text, config)
    pass(noted, 'saml-decrypted', { algorithm })
    if (isTold) await claims(document.claimed)
    const proved = await provedDecrypted(document, isOfSigner, signer, rules, noted)
    if (!isTold) checks.passed.push(...noted.passed)
    if (proved.issuer === config.issuer) return { ...proved, encryptedXml: () => encryptedXmlIn(response) }
    throw unknownIssuer(proved.issuer, [config])
  } catch (error) {
    throw isTold || !(error instanceof SamlError) ? error : undecryptable(config, nothingProved)
  }
}

function encryptedXmlIn(response: Element): string {
  return elementsNamed(response, namespaces.assertion, 'EncryptedAssertion').map(String).join('')
}

function openedText(response: Element, config: SamlSsoConfig, privateKey: KeyObject, rules: DecryptionRules) {
  try {
    const encrypted = readEncryptedAssertion(response)
    return { algorithm: encrypted.contentAlgorithm, ...decrypted(encrypted, privateKey, rules) }
  } catch (error) {
    throw error instanceof UnfitEncryption ? undecryptable(config, error.message) : error
  }
}

async function readWithin(text: string | undefined, config: SamlSsoConfig): Promise<SamlDocument> {
  if (text === undefined) throw undecryptable(config, nothingProved)
  try {
    return await readDecrypted(text)
  } catch (error) {
    if (!(error instanceof SamlError) || error.refusal.reason !== 'saml-malformed') throw error
    throw undecryptable(config, `of what is encrypted within: ${error.refusal.facts.problem}`)
  }
}

/** The key that assertions are decrypted with. That its certificate has expired hinders nobody: what it opens is signed by another. */
async function decryptionKeyOf(
  { certificates, seal }: Pick<DecryptionNeeds, 'certificates' | 'seal'>,
  config: SamlSsoConfig,
): Promise<KeyObject> {
  const { decryptionCertificate: name } = config
  if (name === undefined) throw undecryptable(config, 'the settings name no certificate to decrypt with')
  const held = await certificates.findByName(config.orgId, name)
  if (held === undefined) throw undecryptable(config, `the certificate “${name}” of the settings is not there`)
  const key = unusableForSaml(held) === undefined ? openPrivateKey(seal, held) : undefined
  if (key === undefined) throw undecryptable(config, `the certificate “${name}” of the settings has no RSA key here`)
  return key
}

function undecryptable({ label }: SamlSsoConfig, problem: string): SamlError {
  return new SamlError({ reason: 'saml-decryption-failed', facts: { settings: label, problem } })
}
