import { isSamlGrant, type Sight } from '../sight.ts'
import { type Cause, type Look, told, unless, type Verdict, verdict } from './cause.ts'
import { appSetting, same } from './setting.ts'

const invalidAssertion = told('invalid_grant', 'invalid assertion')
const certificate = appSetting('Use digital signatures')
const accepted = ['xmldsig-more#rsa-sha256', 'xmldsig#rsa-sha1', 'xmlenc#sha256', 'xmldsig#sha1']
const skew = 180
const promisedLifetime = 300
const sentAt = ({ at }: Sight) => at.getTime() / 1000

/** A look at the assertion: nobody knows where it was not written down; one that cannot be read is that first. */
function looking(test: (saml: NonNullable<Sight['saml']>, sight: Sight) => Verdict): Look {
  return (sight) => {
    const { request, saml } = sight
    if (!isOfSaml(sight) || wasRead(sight) === false) return 'no'
    if (request === undefined || saml === undefined || isSealed(sight)) return 'maybe'
    return saml.isWellFormed ? test(saml, sight) : 'no'
  }
}

/** Whether what it says is encrypted, as an identity provider alone may send it. */
function isSealed({ grant, saml }: Sight): boolean {
  return grant === 'assertion' && saml?.isEncrypted === true
}

/** Whether it is, or may be, a request with a SAML assertion. */
export function isOfSaml({ grant, has }: Sight): boolean {
  return isSamlGrant(grant) && has('assertion') !== false
}

/** Whether what comes before the signature is checked is as it should be. */
const isReadyToVerify = ({ isSigned, algorithms }: NonNullable<Sight['saml']>) => isSigned && isAccepted(algorithms)

/** What the signature alone decides. */
const bySignature = looking((saml) => unless(!isReadyToVerify(saml)))

/** What is looked at after the signature. */
function later(test: (saml: NonNullable<Sight['saml']>, sight: Sight) => boolean): Look {
  return looking((saml, sight) => (isReadyToVerify(saml) ? verdict(test(saml, sight)) : 'no'))
}

/** Whether the assertion could be read: only then does the answer of an identity provider's flow name a page for it. */
function wasRead({ grant, answer }: Sight): boolean | undefined {
  if (grant !== 'assertion' || answer === undefined || answer.members.size === 0) return undefined
  return answer.members.has('error_uri')
}

/** What the flow of an identity provider alone is refused for. */
function ofSso(test: Look): Look {
  return (sight) => (sight.grant === 'assertion' && isOfSaml(sight) ? test(sight) : 'no')
}

const unread: Look = (sight) => unless(wasRead(sight))
const readable: Look = (sight) =>
  unless(wasRead(sight) === false || (sight.saml !== undefined && !sight.saml.isWellFormed && !isSealed(sight)))
const ssoSettings = same('Setup > Identity > Single Sign-On Settings')

/** Whether a SAML assertion can be read and believed. */
export const samlCauses = {
  'saml-malformed': {
    told: invalidAssertion,
    look: (sight) => {
      if (!isOfSaml(sight) || wasRead(sight) === true) return 'no'
      if (sight.request === undefined || sight.saml === undefined || isSealed(sight)) return 'maybe'
      return sight.saml.isWellFormed ? 'no' : 'yes'
    },
    meaning:
      'What was sent is no SAML 2.0 assertion as base64url, or has more in it than may be: a document type, a comment, a second assertion, encryption where none is taken.',
    whatToDo: [
      'Send the signed Assertion of SAML 2.0 as base64url, as the library that signed it gives it.',
      'Encode + as %2B, or use base64url: a + that is not encoded arrives as a space.',
    ],
  },
  'saml-decryption-failed': {
    told: invalidAssertion,
    look: ofSso((sight) => {
      if (wasRead(sight) === false) return 'no'
      return sight.saml === undefined ? 'maybe' : verdict(isSealed(sight))
    }),
    meaning: 'The assertion is encrypted, and cannot be decrypted with the certificate of the single sign-on settings.',
    whatToDo: [
      'Give the Assertion Decryption Certificate of the settings to the identity provider, and have it encrypt with RSA-OAEP and AES-GCM what it has signed.',
    ],
    setting: ssoSettings,
    command: 'sallyport sso-settings list',
  },
  'saml-unsigned': {
    told: invalidAssertion,
    look: looking(({ isSigned }) => verdict(!isSigned)),
    meaning: 'The assertion has no signature.',
    whatToDo: ['Sign the Assertion itself, enveloped, with RSA-SHA256 and exclusive canonicalization.'],
  },
  'saml-signature-unfit': {
    told: invalidAssertion,
    look: bySignature,
    meaning: 'The signature is not one over the whole Assertion in which it stands.',
    whatToDo: [
      'One Signature within the Assertion, one Reference to its ID, transforms enveloped-signature and exc-c14n alone.',
    ],
  },
  'saml-algorithm-not-allowed': {
    told: invalidAssertion,
    look: looking(({ isSigned, algorithms }) =>
      isSigned && algorithms.some((one) => one.endsWith('sha1'))
        ? 'maybe'
        : verdict(isSigned && !isAccepted(algorithms)),
    ),
    meaning: 'The assertion is signed with an algorithm that is not taken.',
    found: ({ saml }) => saml?.algorithms.join(' '),
    whatToDo: ['Sign with RSA-SHA256, and let the digest be SHA-256.'],
  },
  'saml-signature-wrong': {
    told: invalidAssertion,
    look: bySignature,
    odds: 4,
    meaning: 'Another key signed the assertion than that of the certificate which is registered.',
    whatToDo: [
      'See whether key and certificate belong together; if so, register this certificate.',
      'A certificate within the assertion (KeyInfo) is not looked at.',
    ],
    setting: certificate,
    command: 'sallyport keystore check server.key server.crt',
  },
  'saml-altered': {
    told: invalidAssertion,
    look: bySignature,
    odds: 2,
    meaning: 'The assertion was changed after it was signed.',
    whatToDo: ['Send it byte for byte as the signer gave it: not pretty-printed, not parsed and written again.'],
  },
  'saml-subject-missing': {
    told: invalidAssertion,
    look: later(({ subject, hasBearer }) => subject === undefined || !hasBearer),
    meaning: 'The assertion has no NameID, or no SubjectConfirmation of the method bearer.',
    whatToDo: ['Put the username into NameID, and a SubjectConfirmation of the method bearer beside it.'],
  },
  'saml-audience-unknown': {
    told: told('invalid_grant', 'audience is invalid', 'audience validation failed'),
    look: (sight) => verdict(isOfSaml(sight)),
    meaning: 'The Audience of the assertion is not the one that is expected.',
    found: ({ saml }) => (saml === undefined ? undefined : saml.audiences.join(' ') || 'none'),
    whatToDo: [
      'SAML bearer: https://login.salesforce.com for a production org, https://test.salesforce.com for a sandbox, or the My Domain.',
      'SAML assertion flow: the Entity ID of the single sign-on settings.',
    ],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
  },
  'saml-recipient-unknown': {
    told: told('invalid_grant', 'recipient is invalid'),
    meaning: 'The Recipient of the assertion is not the address that it was sent to.',
    found: ({ saml }) => (saml === undefined ? undefined : saml.recipients.join(' ') || 'none'),
    whatToDo: ['Write the token endpoint, as it is posted to, into Recipient of SubjectConfirmationData.'],
  },
  'saml-expiry-missing': {
    told: invalidAssertion,
    look: later(({ end }) => end === undefined),
    meaning: 'The assertion does not say until when it may be used.',
    whatToDo: ['Write NotOnOrAfter into SubjectConfirmationData and Conditions, three minutes ahead.'],
  },
  'saml-expired': {
    told: told('invalid_grant', 'expired authorization code'),
    look: (sight) => verdict(isOfSaml(sight)),
    meaning: 'The assertion has ended (NotOnOrAfter). (No code is involved, whatever the words say.)',
    found: ({ saml, at }) =>
      saml?.end === undefined ? undefined : `NotOnOrAfter ${instant(saml.end)}, sent at ${at.toISOString()}`,
    whatToDo: ['Make the assertion right before it is sent, and set the clock of the machine that makes it.'],
    command: 'date -u',
  },
  'saml-expiry-too-far': {
    told: invalidAssertion,
    look: later(({ end }, sight) => (end ?? 0) > sentAt(sight) + promisedLifetime + skew),
    meaning: 'The end of the assertion lies further ahead than is taken here.',
    found: ({ saml }) => (saml?.end === undefined ? undefined : `NotOnOrAfter ${instant(saml.end)}`),
    whatToDo: ['Let it end three minutes ahead: it is used at once.'],
  },
  'saml-not-yet-valid': {
    told: invalidAssertion,
    look: later(({ start }, sight) => start !== undefined && start > sentAt(sight) + skew),
    meaning: 'NotBefore or IssueInstant of the assertion lies in the future.',
    found: ({ saml }) => (saml?.start === undefined ? undefined : instant(saml.start)),
    whatToDo: ['Set the clock of the machine that makes the assertion, and write times in UTC.'],
    command: 'date -u',
  },
  'saml-profile-unknown': {
    told: told('invalid_assertion_type'),
    look: ({ grant }) => verdict(grant === 'assertion'),
    meaning: 'The assertion_type is missing, or another than that of the SAML assertion flow.',
    whatToDo: ['Send assertion_type=urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser beside grant_type=assertion.'],
  },
  'sso-org-unknown': {
    told: invalidAssertion,
    look: ofSso(unread),
    meaning: 'The request does not say which org is meant (so), or names one that is not there.',
    whatToDo: [
      'Post to the OAuth 2.0 Token Endpoint of the single sign-on settings, which ends in ?so= and the id of the org.',
    ],
    setting: ssoSettings,
  },
  'sso-settings-missing': {
    told: invalidAssertion,
    look: ofSso(unread),
    meaning: 'The org has no single sign-on settings.',
    whatToDo: ['Tell the org which identity provider to believe: its issuer, its certificate, and how it names users.'],
    setting: ssoSettings,
    command: 'sallyport sso-settings list',
  },
  'saml-issuer-unknown': {
    told: invalidAssertion,
    look: ofSso(readable),
    odds: 2,
    meaning: 'No single sign-on settings of the org have the Issuer of this assertion.',
    found: ({ saml }) => saml?.issuer,
    whatToDo: ['Copy the Issuer out of the assertion into the settings, character by character.'],
    setting: ssoSettings,
  },
  'saml-status-not-success': {
    told: invalidAssertion,
    look: ofSso(({ saml }) => {
      if (saml === undefined) return 'maybe'
      return verdict(saml.isWellFormed && saml.status !== undefined && !saml.status.endsWith(':Success'))
    }),
    meaning: 'The identity provider answered that it did not sign the user in.',
    found: ({ saml }) => saml?.status,
    whatToDo: ['See in the log of the identity provider why.'],
  },
  'saml-certificate-invalid': {
    told: invalidAssertion,
    look: ofSso(readable),
    meaning: 'The certificate of the single sign-on settings is not valid now.',
    whatToDo: ['Give the current certificate of the identity provider to the settings.'],
    setting: ssoSettings,
    command: 'openssl x509 -in idp.crt -noout -dates',
  },
  'sso-user-unknown': {
    told: invalidAssertion,
    look: ofSso((sight) => bySignature(sight)),
    odds: 3,
    meaning: 'The org has no user whom the identity provider calls so.',
    found: ({ saml }) => saml?.subject,
    whatToDo: [
      'See whether the settings read it as what it is: Username, Federation ID or User ID; and whether the user has it.',
    ],
    setting: same('Setup > Users > Users > the user > Federation ID'),
  },
  'saml-replayed': {
    told: invalidAssertion,
    look: bySignature,
    odds: 2,
    meaning: 'An assertion with this ID was used before.',
    whatToDo: ['Sign a new assertion for each request, with a new random ID; better still, keep the token.'],
  },
} satisfies Readonly<Record<string, Cause>>

function isAccepted(algorithms: readonly string[]): boolean {
  return algorithms.every((one) => accepted.some((end) => one.endsWith(end)))
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? 'no time' : date.toISOString()
}
