import { clueOfAudience } from './audience-clue.ts'
import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { clueOfFuture, clueOfPast } from './time-clue.ts'
import { counted, listed, quoted } from './wording.ts'

const certificateSetting = 'Use digital signatures'
const newPair =
  '`openssl req -x509 -newkey rsa:2048 -noenc -days 365 -subj /CN=integration -keyout app.key -out app.crt`'

/** Whether an assertion can be read and believed. */
export const assertionExplanations = {
  'assertion-missing': {
    check: 'assertion-well-formed',
    facts: {},
    explain: () => ({
      expected: 'assertion: a signed JWT, or in the flows by SAML a signed assertion',
      found: 'no assertion',
      whatToDo:
        'Send it as the form parameter `assertion`, in the body of the POST. Not as `client_assertion`, which is something else, and not in an Authorization header.',
      whereInSetup: undefined,
    }),
  },
  'assertion-malformed': {
    check: 'assertion-well-formed',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a JWT: header.claims.signature, each part base64url (RFC 7515 §3.1)',
      found: `a text that is none: ${problem}`,
      whatToDo: `${malformedClue(problem)} Let a library make the JWT, and send what it gives you unchanged.`,
      whereInSetup: undefined,
    }),
  },
  'algorithm-not-allowed': {
    check: 'algorithm',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'RS256',
      found: quoted(found),
      whatToDo: /^HS/.test(found)
        ? `${found} signs with a shared secret. Here you sign with your private RSA key: choose RS256 and hand the library the key file, not the Consumer Secret.`
        : found.toLowerCase() === 'none'
          ? 'The JWT is not signed. Sign it with your private RSA key, algorithm RS256.'
          : 'Choose RS256 in your JWT library, and sign with an RSA key. Salesforce takes no other algorithm in this flow.',
      whereInSetup: undefined,
    }),
  },
  'critical-header-unknown': {
    check: 'assertion-well-formed',
    facts: { found: 'texts' },
    explain: ({ found }) => ({
      expected: 'no crit in the header of the JWT',
      found: `crit names ${listed(found, 'and')}`,
      whatToDo:
        'Take `crit` out of the header: it says that the receiver must understand an extension, and this one does not (RFC 7515 §4.1.11).',
      whereInSetup: undefined,
    }),
  },
  'certificate-missing': {
    check: 'certificate',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `a certificate on the app ${quoted(app)}`,
      found: 'none',
      whatToDo: `Give the app the certificate that belongs to your private key: ${appCommand('update', app, '--certificate-file', 'app.crt')}. Key and certificate are made with ${newPair}; the key stays with you.`,
      whereInSetup: appSetting(app, certificateSetting),
    }),
  },
  'certificate-not-yet-valid': {
    check: 'certificate',
    facts: { app: 'text', from: 'text', now: 'text' },
    explain: ({ app, from, now }) => ({
      expected: `a certificate of ${quoted(app)} that is valid now, ${now}`,
      found: `one that is valid from ${from}`,
      whatToDo:
        'Wait until then, or make a certificate that is valid now. If it was made a moment ago, the clock of the machine that made it is fast.',
      whereInSetup: appSetting(app, certificateSetting),
    }),
  },
  'certificate-expired': {
    check: 'certificate',
    facts: { app: 'text', until: 'text', now: 'text' },
    explain: ({ app, until, now }) => ({
      expected: `a certificate of ${quoted(app)} that is valid now, ${now}`,
      found: `one that was valid until ${until}`,
      whatToDo: `Make a new certificate, from the same key (\`openssl req -x509 -key app.key -days 365 -subj /CN=integration -out app.crt\`) or with a new one, and give it to the app: ${appCommand('update', app, '--certificate-file', 'app.crt')}.`,
      whereInSetup: appSetting(app, certificateSetting),
    }),
  },
  'signature-wrong': {
    check: 'signature',
    facts: { app: 'text', certificate: 'text', fingerprint: 'text' },
    explain: ({ app, certificate, fingerprint }) => ({
      expected: `a signature by the private key of the certificate ${quoted(certificate)} of the app ${quoted(app)}, SHA-256 fingerprint ${fingerprint}`,
      found: 'a signature that this certificate does not verify',
      whatToDo: `Compare in two steps. Is it this certificate? \`openssl x509 -in app.crt -noout -fingerprint -sha256\` must print the fingerprint above. Is it its key? \`openssl x509 -in app.crt -noout -pubkey\` and \`openssl pkey -in app.key -pubout\` must print the same. If the certificate is another, give the app yours: ${appCommand('update', app, '--certificate-file', 'app.crt')}. If both agree, what was signed is not what was sent: sign header.claims exactly as you send it, with RSA PKCS#1 v1.5 and SHA-256.`,
      whereInSetup: appSetting(app, certificateSetting),
    }),
  },
  'audience-unknown': {
    check: 'audience',
    facts: { found: 'texts', accepted: 'texts' },
    explain: ({ found, accepted }) => ({
      expected: listed(accepted),
      found: found.length === 0 ? 'no aud' : listed(found.map(quoted), 'and'),
      whatToDo: clueOfAudience(found, accepted),
      whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
    }),
  },
  'audience-of-all-orgs': {
    check: 'audience',
    facts: { app: 'text', found: 'texts', accepted: 'texts' },
    explain: ({ app, found, accepted }) => ({
      expected: `an address of the org's own: ${listed(accepted)}`,
      found: `${listed(found.map(quoted), 'and')}, a login host of all orgs`,
      whatToDo: `Write ${accepted[0] === undefined ? 'the My Domain of the org' : `\`"aud": "${accepted[0]}"\``}, and send the assertion there, too. ${quoted(app)} is an external client app, and the org has the release update endLegacyHosts in force: at the login hosts such an app is not looked for.`,
      whereInSetup: 'Setup > My Domain > My Domain Details > Current My Domain URL',
    }),
  },
  'audience-not-issuer': {
    check: 'audience',
    facts: { found: 'texts', issuer: 'text' },
    explain: ({ found, issuer }) => ({
      expected: `aud to be ${issuer} and nothing else`,
      found: found.length === 0 ? 'no aud' : listed(found.map(quoted), 'and'),
      whatToDo: `Put the issuer, ${issuer}, into \`aud\` of the client assertion, as a text and without a slash or path behind it: an assertion that is good at several places can be carried from one to the other. Libraries read it from \`/.well-known/openid-configuration\`.`,
      whereInSetup: undefined,
    }),
  },
  'expiry-missing': {
    check: 'expiry',
    facts: {},
    explain: () => ({
      expected: 'the claim exp: when the assertion ends',
      found: 'no exp',
      whatToDo:
        'Put `exp` into the claims, in seconds since 1970, three minutes ahead: `Math.floor(Date.now() / 1000) + 180`.',
      whereInSetup: undefined,
    }),
  },
  'expiry-past': {
    check: 'expiry',
    facts: { found: 'text', now: 'text', lateBy: 'text' },
    explain: ({ found, now, lateBy }) => ({
      expected: `exp after ${now}, the time here`,
      found: `exp ${found}, which is ${lateBy} ago`,
      whatToDo: `${clueOfPast('exp', found, now)} (The answer speaks of an “authorization code”, as Salesforce's does; no code is involved.)`,
      whereInSetup: undefined,
    }),
  },
  'expiry-too-far': {
    check: 'expiry',
    facts: { found: 'text', now: 'text', limit: 'number' },
    explain: ({ found, now, limit }) => ({
      expected: `exp at most ${counted(limit, 'second')} after ${now}, the time here`,
      found: `exp ${found}`,
      whatToDo: `${clueOfFuture('exp', found, now)} Three minutes ahead is what Salesforce asks for: add 180.`,
      whereInSetup: undefined,
    }),
  },
  'not-yet-valid': {
    check: 'expiry',
    facts: { claim: 'text', found: 'text', now: 'text' },
    explain: ({ claim, found, now }) => ({
      expected: `${claim} not after ${now}, the time here`,
      found: `${claim} ${found}`,
      whatToDo: `${clueOfFuture(claim, found, now)} The claim ${claim} may also be left out.`,
      whereInSetup: undefined,
    }),
  },
  'assertion-replayed': {
    check: 'not-replayed',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'an assertion with a new jti, or without one',
      found: `one whose jti ${quoted(app)} has used before`,
      whatToDo:
        'Sign a new assertion for each token, with a new random `jti`. If you retry a request, sign again. Better still, keep the token: it is good for as long as the session lasts.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>

function malformedClue(problem: string): string {
  if (problem.includes('three parts')) {
    return 'Perhaps only a part arrived, or it is encrypted (five parts) instead of signed.'
  }
  if (problem.includes('base64url')) {
    return 'base64url has `-` and `_` where base64 has `+` and `/`, and no line breaks. A `+` that is not percent-encoded arrives as a space.'
  }
  if (problem.includes('claim exp') || problem.includes('claim iat') || problem.includes('claim nbf')) {
    return 'Times are numbers: seconds since 1970.'
  }
  if (problem.includes('JSON')) return 'Header and claims are each one JSON object in UTF-8, encoded once.'
  return 'Look at it part by part: decode header and claims from base64url and read them.'
}
