import type { ReasonExplanations } from './explained-reason.ts'
import { command } from './mending.ts'
import { clueOfFuture, clueOfPast } from './time-clue.ts'
import { closestUrl } from './url-difference.ts'
import { counted, listed, quoted } from './wording.ts'

const validator = 'Setup > Identity > SAML Assertion Validator'
const signing =
  'Sign the Assertion itself: one enveloped signature within it, its Reference to the ID of the Assertion, transforms enveloped-signature and exc-c14n, RSA-SHA256.'

/** Whether a SAML assertion can be read and believed. */
export const samlExplanations = {
  'saml-malformed': {
    check: 'saml-read',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a SAML 2.0 assertion as base64url (RFC 7522 §2.1)',
      found: `a text that is none, or none that is taken: ${problem}`,
      whatToDo: malformedClue(problem),
      whereInSetup: undefined,
    }),
  },
  'saml-decryption-failed': {
    check: 'saml-decrypted',
    facts: { settings: 'text', problem: 'text' },
    explain: ({ settings, problem }) => ({
      expected: `an assertion that is encrypted for the Assertion Decryption Certificate of ${quoted(settings)}, and signed within`,
      found: `one that cannot be decrypted: ${problem}`,
      whatToDo: decryptionClue(problem),
      whereInSetup: 'Setup > Identity > Single Sign-On Settings > the settings > Assertion Decryption Certificate',
    }),
  },
  'saml-unsigned': {
    check: 'saml-signed',
    facts: {},
    explain: () => ({
      expected: 'a Signature within the Assertion',
      found: 'none',
      whatToDo: `${signing} A signature that is sent beside the assertion, such as \`SigAlg\` and \`Signature\` of the redirect binding, does not count here.`,
      whereInSetup: undefined,
    }),
  },
  'saml-signature-unfit': {
    check: 'saml-signed',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'one Signature, which stands in what it is over and is over all of it',
      found: `a signature that is otherwise: ${problem}`,
      whatToDo: `${signing} Nothing else is taken, because other shapes are how signed assertions are wrapped around forged ones (SAML 2.0 Core §5.4). If you did not make it so, somebody has changed it.`,
      whereInSetup: undefined,
    }),
  },
  'saml-algorithm-not-allowed': {
    check: 'saml-algorithm',
    facts: { found: 'text', accepted: 'texts' },
    explain: ({ found, accepted }) => ({
      expected: listed(accepted, 'or'),
      found: found === '' ? 'no algorithm' : quoted(found),
      whatToDo: found.includes('sha1')
        ? 'Sign with RSA-SHA256, and let the digest be SHA-256: this server does not take SHA-1, which can be forged.'
        : found.includes('hmac')
          ? 'Sign with your private RSA key. An HMAC is made with a shared secret, and no secret is shared here.'
          : 'Sign with RSA-SHA256, and let the digest be SHA-256.',
      whereInSetup: undefined,
    }),
  },
  'saml-signature-wrong': {
    check: 'saml-signature',
    facts: { holder: 'text', certificate: 'text', fingerprint: 'text' },
    explain: ({ holder, certificate, fingerprint }) => ({
      expected: `a signature by the private key of the certificate ${quoted(certificate)} of ${quoted(holder)}, SHA-256 fingerprint ${fingerprint}`,
      found: 'a signature that this certificate does not verify',
      whatToDo:
        'See whether it is this certificate: `openssl x509 -in app.crt -noout -fingerprint -sha256` must print the fingerprint above. If it is another, register yours. A certificate that comes within the assertion (KeyInfo) is never looked at. If the certificate is right, SignedInfo was changed after it was signed, by pretty-printing for one.',
      whereInSetup: 'Setup > App Manager > the app > Edit > Use digital signatures',
    }),
  },
  'saml-altered': {
    check: 'saml-signature',
    facts: {},
    explain: () => ({
      expected: 'an assertion as it was when it was signed',
      found: 'one whose digest is another',
      whatToDo:
        'Send the assertion byte for byte as the signer gave it: no pretty-printing, no other line breaks, no parsing and writing again. Sign last: what is put in afterwards is not signed. Where namespaces are declared outside of the Assertion, declare them on it.',
      whereInSetup: undefined,
    }),
  },
  'saml-subject-missing': {
    check: 'saml-subject',
    facts: { missing: 'text' },
    explain: ({ missing }) => ({
      expected: 'a Subject with a NameID and a SubjectConfirmation of the method bearer',
      found: `no ${missing}`,
      whatToDo: missing.startsWith('attribute ')
        ? 'Have the identity provider send it, under this very name, or let the settings read the NameID instead.'
        : missing === 'NameID'
          ? 'Put the username into `<saml:NameID>` of `<saml:Subject>`.'
          : 'Put `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` into the Subject, with SubjectConfirmationData that names Recipient and NotOnOrAfter. Other methods are not known here.',
      whereInSetup: undefined,
    }),
  },
  'saml-audience-unknown': {
    check: 'saml-audience',
    facts: { found: 'texts', accepted: 'texts' },
    explain: ({ found, accepted }) => ({
      expected: `in each AudienceRestriction one of ${listed(accepted)}`,
      found: found.length === 0 ? 'no Audience' : listed(found.map(quoted), 'and'),
      whatToDo: addressClue('Audience', found, accepted),
      whereInSetup:
        'Setup > My Domain > My Domain Details > Current My Domain URL; for single sign-on, Setup > Identity > Single Sign-On Settings > the settings > Entity ID',
    }),
  },
  'saml-recipient-unknown': {
    check: 'saml-recipient',
    facts: { found: 'texts', accepted: 'texts' },
    explain: ({ found, accepted }) => ({
      expected: `a SubjectConfirmationData whose Recipient is ${listed(accepted, 'or')}`,
      found: found.length === 0 ? 'no Recipient' : listed(found.map(quoted), 'and'),
      whatToDo: `${addressClue('Recipient', found, accepted)} The Recipient is the very address that the assertion is posted to.`,
      whereInSetup: undefined,
    }),
  },
  'saml-expiry-missing': {
    check: 'saml-time',
    facts: {},
    explain: () => ({
      expected: 'NotOnOrAfter in SubjectConfirmationData or in Conditions',
      found: 'neither',
      whatToDo: 'Say until when the assertion may be used: NotOnOrAfter, three minutes ahead, in both places.',
      whereInSetup: undefined,
    }),
  },
  'saml-expired': {
    check: 'saml-time',
    facts: { attribute: 'text', found: 'text', now: 'text' },
    explain: ({ attribute, found, now }) => ({
      expected:
        attribute === 'IssueInstant'
          ? `an IssueInstant in the five minutes before ${now}, the time here`
          : `${attribute} after ${now}, the time here`,
      found: `${attribute} ${found}`,
      whatToDo: `${clueOfPast(attribute, found, now)} (The answer speaks of an “authorization code”, as Salesforce's does; no code is involved.)`,
      whereInSetup: undefined,
    }),
  },
  'saml-expiry-too-far': {
    check: 'saml-time',
    facts: { found: 'text', now: 'text', limit: 'number' },
    explain: ({ found, now, limit }) => ({
      expected: `NotOnOrAfter at most ${counted(limit, 'second')} after ${now}, the time here`,
      found: `NotOnOrAfter ${found}`,
      whatToDo: `${clueOfFuture('NotOnOrAfter', found, now)} Three minutes ahead are enough: it is used at once.`,
      whereInSetup: undefined,
    }),
  },
  'saml-not-yet-valid': {
    check: 'saml-time',
    facts: { attribute: 'text', found: 'text', now: 'text' },
    explain: ({ attribute, found, now }) => ({
      expected: `${attribute} not after ${now}, the time here`,
      found: `${attribute} ${found}`,
      whatToDo: clueOfFuture(attribute, found, now),
      whereInSetup: undefined,
    }),
  },
  'saml-replayed': {
    check: 'not-replayed',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'an assertion with a new ID',
      found: `one that ${quoted(app)} has used before`,
      whatToDo:
        'Sign a new assertion for each token, with a new random `ID`. If you retry a request, sign again. Better still, keep the token: it is good for as long as the session lasts.',
      whereInSetup: validator,
    }),
  },
} satisfies Partial<ReasonExplanations>

function malformedClue(problem: string): string {
  if (problem.includes('base64')) {
    return 'Encode the XML as base64url: `-` and `_` where base64 has `+` and `/`. A `+` that is not percent-encoded arrives as a space.'
  }
  if (problem.includes('encrypted')) {
    return 'Send the assertion signed and not encrypted: here it is taken encrypted as the one EncryptedAssertion of a Response of an identity provider alone, for settings with an Assertion Decryption Certificate. The connection is what protects it on its way.'
  }
  if (problem.includes('several assertions')) return 'Send one Assertion: nobody could tell which one counts.'
  if (problem.includes('outermost')) {
    return 'Send the `<saml:Assertion>` of SAML 2.0 itself: not a Response around it, not SAML 1.1, not a JWT.'
  }
  if (/document type|comment|CDATA|instruction|entity/.test(problem)) {
    return 'Take it out. No assertion needs it, and parsers differ in what they make of it: it is how assertions are forged.'
  }
  if (problem.includes('no time')) return 'Write times in UTC: `2026-03-01T12:00:00Z`.'
  return 'Let a library make and sign the assertion, and send what it gives you unchanged.'
}

function decryptionClue(problem: string): string {
  if (problem.startsWith('the settings name no certificate')) {
    return `Choose a certificate of the org whose key decrypts (${command('sso-settings', 'update', '<name>', '--decryption-certificate', '<certificate>')}) and give it to the provider; or have the provider not encrypt.`
  }
  if (problem.startsWith('the certificate')) {
    return 'Choose a certificate of the org that has its RSA key here, and give it to the provider.'
  }
  if (problem.startsWith('of what is encrypted within')) {
    return 'Have the provider encrypt one Assertion, as it is signed and nothing else, declaring its namespaces on itself.'
  }
  if (problem.includes('another key')) {
    return 'See whether the provider encrypts for the certificate that the settings name now, and signs the Assertion before it encrypts it. What exactly is wrong is not told where it would help to read what is encrypted: have the provider sign the Response as well, or use AES-GCM, and the journal says more.'
  }
  return 'Let the provider encrypt with RSA-OAEP (SHA-1, the default, or SHA-256 for digest and mask) and AES-GCM, for this org alone: one EncryptedData with one EncryptedKey.'
}

function addressClue(name: string, found: readonly string[], accepted: readonly string[]): string {
  const [first] = found
  if (first === undefined) return `Write ${quoted(accepted[0] ?? '')} as ${name}.`
  const closest = closestUrl(first, accepted)
  return closest?.isClose === true
    ? `Close to ${closest.url}; what differs is ${closest.differences.join('; ')}. Write that as ${name}.`
    : `Write ${accepted.length === 1 ? 'that' : 'one of those'} as ${name}, character by character.`
}
