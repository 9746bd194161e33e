import { malformed } from './saml-error.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The XML behind what was sent as `assertion`: base64url (RFC 7522 §2.1) or base64, with or without padding, as clients write
 * it. Line ends become what XML makes of them (§2.11), so that all who read it read the same.
 * @throws {SamlError} `saml-malformed`
 */
export function assertionText(sent: string): string {
  // A `+` that was not percent-encoded arrives as a blank; encoders of MIME break lines.
  const text = sent.replaceAll(/[\r\n]/g, '').replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw malformed('it is not base64url')
  try {
    return strictUtf8.decode(Buffer.from(text, 'base64')).replaceAll(/\r\n?/g, '\n')
  } catch {
    throw malformed('it is not text in UTF-8')
  }
}
