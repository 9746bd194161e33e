import { createPrivateKey } from 'node:crypto'
import { anyText } from '../../../test/any-text.ts'
import { readCertificate } from '../src/certificates/certificate.ts'
import type { XmlSigner } from '../src/saml/written-xml.ts'
import { testCertificate } from './certificates.ts'

/** What XML can say, without blanks at the ends, which are none of it. */
export const xmlText = anyText({ minLength: 1, maxLength: 40 })
  .map((one) => one.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ''))
  .filter((one) => one !== '' && one === one.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))

/** Signs as an identity provider whose certificate is good now. */
export async function xmlSigner(now: Date): Promise<XmlSigner> {
  const made = await testCertificate('Provider', now)
  const reading = readCertificate(made.certificate)
  if (!reading.ok) throw new Error(reading.problem)
  return { certificate: reading.certificate, privateKey: createPrivateKey(made.privateKey), algorithm: 'SHA256' }
}
