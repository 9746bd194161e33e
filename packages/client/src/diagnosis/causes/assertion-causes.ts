import type { Sight } from '../sight.ts'
import { anyOf, type Cause, type Look, told, unless, type Verdict, verdict } from './cause.ts'
import { isOfSaml } from './saml-causes.ts'
import { appSetting, same } from './setting.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** What is said to a client that shows a bad assertion in place of its secret. */
const clientRefused: Cause['told'] = (answer, sight) =>
  sight.has('client_assertion') === true && told('invalid_client', 'invalid client credentials')(answer, sight)
const invalidAssertion = anyOf(told('invalid_grant', 'invalid assertion'), clientRefused)
const certificate = appSetting('Use digital signatures (JWT Bearer Flow)')
const decode = 'sallyport token decode assertion.jwt --certificate-file server.crt'
const compare = 'sallyport keystore check server.key server.crt'
const skew = 60
const promisedLifetime = 300
const fairlyNew = ({ at }: Sight) => at.getTime() / 1000

/** A look at the assertion: nobody knows where it was not written down; one that is malformed is that first. */
function looking(test: (assertion: NonNullable<Sight['assertion']>, sight: Sight) => Verdict): Look {
  return (sight) => {
    if (isOfSaml(sight)) return 'no'
    if (sight.request === undefined) return 'maybe'
    if (sight.assertion === undefined) return isUnknown(sight) ? 'maybe' : 'no'
    return sight.assertion.isWellFormed ? test(sight.assertion, sight) : 'no'
  }
}

/** Whether an assertion was sent that nobody knows, such as a variable of a shell. */
function isUnknown({ has, value }: Sight): boolean {
  return (['assertion', 'client_assertion'] as const).some((name) => has(name) === true && value(name) === undefined)
}

/** An assertion in which everything is as it should be, as far as it alone can tell. */
const onlyKeyIsLeft: Look = looking((assertion, sight) => {
  const now = fairlyNew(sight)
  const { algorithm, hasCritical, expiry, start, subject } = assertion
  const isFine =
    algorithm === 'RS256' &&
    !hasCritical &&
    expiry !== undefined &&
    subject !== undefined &&
    (start === undefined || start <= now + skew)
  return unless(!isFine)
})

/** Whether an assertion can be read and believed. */
export const assertionCauses = {
  'assertion-missing': {
    told: invalidAssertion,
    look: ({ request, has }) =>
      verdict(request === undefined ? undefined : has('assertion') !== true && has('client_assertion') !== true),
    meaning: 'There is no assertion in the request.',
    whatToDo: ['Send it as the form parameter assertion; not as client_assertion, and not in an Authorization header.'],
  },
  'assertion-malformed': {
    told: invalidAssertion,
    look: (sight) => {
      if (isOfSaml(sight)) return 'no'
      if (sight.request === undefined || isUnknown(sight)) return 'maybe'
      return verdict(sight.assertion !== undefined && !sight.assertion.isWellFormed)
    },
    meaning: 'The assertion is no JWT: header.claims.signature, each part base64url, times as numbers.',
    whatToDo: [
      'Let a library make the JWT, and send what it gives unchanged. base64url has - and _ where base64 has + and /.',
      'In an environment variable, see that line breaks of the key came through: \\n as two characters are none.',
    ],
    command: 'sallyport token decode assertion.jwt',
  },
  'critical-header-unknown': {
    told: invalidAssertion,
    look: looking(({ hasCritical }) => verdict(hasCritical)),
    meaning: 'The header of the JWT has crit, which demands an extension that is not known.',
    whatToDo: ['Take crit out of the header.'],
    command: decode,
  },
  'algorithm-not-allowed': {
    told: invalidAssertion,
    look: looking(({ algorithm, hasCritical }) => (hasCritical ? 'no' : verdict(algorithm !== 'RS256'))),
    meaning: 'The JWT is not signed with RS256, and nothing else is taken.',
    found: ({ assertion }) => assertion?.algorithm,
    whatToDo: [
      'Sign with your private RSA key and RS256. HS256 signs with a shared secret, which this flow does not know.',
    ],
    setting: certificate,
    command: decode,
  },
  'certificate-missing': {
    told: invalidAssertion,
    look: onlyKeyIsLeft,
    odds: 2,
    meaning: 'The app has no certificate to verify the signature with.',
    whatToDo: [
      'Upload the certificate (.crt) of your private key: neither the key itself nor a request for a certificate (.csr).',
    ],
    setting: certificate,
    command: 'sallyport app update <name> --certificate-file server.crt',
  },
  'certificate-not-yet-valid': {
    told: invalidAssertion,
    look: onlyKeyIsLeft,
    meaning: 'The certificate of the app is not valid yet.',
    whatToDo: ['Wait, or make one that is valid now; the clock of the machine that made it may be fast.'],
    setting: certificate,
    command: 'openssl x509 -in server.crt -noout -dates',
  },
  'certificate-expired': {
    told: invalidAssertion,
    look: onlyKeyIsLeft,
    odds: 2,
    meaning: 'The certificate of the app has expired.',
    whatToDo: ['Make a new one, from the same key or with a new one, and upload it to the app.'],
    setting: certificate,
    command: 'openssl x509 -in server.crt -noout -dates',
  },
  'signature-wrong': {
    told: invalidAssertion,
    look: onlyKeyIsLeft,
    odds: 4,
    meaning: 'Another key signed the assertion than that of the certificate which the app has.',
    whatToDo: [
      'See whether key and certificate belong together; if so, upload this certificate to the app.',
      'PKCS#1 and PKCS#8 hold the same key; a key out of a Java keystore is that of the alias you name.',
      'If both agree, what was signed is not what was sent: sign header.claims exactly as you send it.',
    ],
    setting: certificate,
    command: compare,
  },
  'expiry-missing': {
    told: invalidAssertion,
    look: looking(({ expiry, algorithm, hasCritical }) =>
      hasCritical || algorithm !== 'RS256' ? 'no' : verdict(expiry === undefined),
    ),
    meaning: 'The claims have no exp.',
    whatToDo: [
      'Put exp into the claims, in seconds since 1970, three minutes ahead: Math.floor(Date.now() / 1000) + 180.',
    ],
    command: decode,
  },
  'expiry-past': {
    told: anyOf(told('invalid_grant', 'expired authorization code'), clientRefused),
    look: (sight) => {
      const { request, grant, has, assertion } = sight
      if (grant === jwtBearer) return 'yes'
      if (request === undefined) return verdict(grant === undefined ? undefined : false)
      if (has('client_assertion') !== true) return 'no'
      return verdict(assertion?.expiry === undefined ? undefined : assertion.expiry <= fairlyNew(sight))
    },
    meaning: 'The exp of the assertion is past. (No code is involved, whatever the words say.)',
    found: ({ assertion, at }) =>
      assertion?.expiry === undefined ? undefined : `exp ${instant(assertion.expiry)}, sent at ${at.toISOString()}`,
    whatToDo: [
      'Make the assertion right before it is sent, and set the clock of the machine that makes it.',
      'exp counts seconds since 1970, not minutes, and Date.now() / 1000 is in UTC already.',
    ],
    command: 'date -u',
  },
  'expiry-too-far': {
    told: invalidAssertion,
    look: looking((assertion, sight) => {
      if (onlyKeyIsLeft(sight) === 'no') return 'no'
      return unless((assertion.expiry ?? 0) <= fairlyNew(sight) + promisedLifetime)
    }),
    meaning: 'exp lies further ahead than is taken here.',
    found: ({ assertion }) => (assertion?.expiry === undefined ? undefined : `exp ${instant(assertion.expiry)}`),
    whatToDo: ['Write exp in seconds, not in milliseconds, three minutes ahead: Math.floor(Date.now() / 1000) + 180.'],
    command: decode,
  },
  'not-yet-valid': {
    told: invalidAssertion,
    look: looking(({ start, algorithm, hasCritical, expiry }, sight) => {
      if (hasCritical || algorithm !== 'RS256' || expiry === undefined) return 'no'
      return verdict(start !== undefined && start > fairlyNew(sight) + skew)
    }),
    meaning: 'nbf or iat of the assertion lies in the future.',
    found: ({ assertion }) => (assertion?.start === undefined ? undefined : instant(assertion.start)),
    whatToDo: ['Set the clock of the machine that makes the assertion; nbf and iat may also be left out.'],
    command: 'date -u',
  },
  'subject-missing': {
    told: invalidAssertion,
    look: looking(({ subject, algorithm, hasCritical, expiry }, { has }) => {
      if (hasCritical || algorithm !== 'RS256' || expiry === undefined || has('client_assertion') === true) return 'no'
      return verdict(subject === undefined)
    }),
    meaning: 'The claims do not say for whom: they have no sub.',
    whatToDo: ['Put the username into the claim sub.'],
    setting: same('Setup > Users > Users > Username'),
    command: 'sallyport user list',
  },
  'assertion-replayed': {
    told: told('bad_jti_claim'),
    meaning: 'This assertion, or another with its jti, was used before.',
    whatToDo: ['Sign a new assertion for each request, with a new random jti; better still, keep the token.'],
  },
  'audience-not-issuer': {
    told: clientRefused,
    look: looking(({ audiences }, { request }) => {
      const issuer = request?.url?.origin
      if (issuer === undefined) return 'maybe'
      const isOfThisHost = audiences.some((one) => URL.canParse(one) && new URL(one).origin === issuer)
      return verdict(isOfThisHost && (audiences.length > 1 || audiences[0] !== issuer))
    }),
    isRare: true,
    meaning: 'The aud of the client assertion is not the issuer alone, and this server takes nothing else.',
    found: ({ assertion }) => (assertion === undefined ? undefined : assertion.audiences.join(' ') || 'none'),
    whatToDo: ['Write the issuer out of /.well-known/openid-configuration into aud, as a text, and nothing behind it.'],
    command: decode,
  },
  'audience-unknown': {
    told: anyOf(
      told('invalid_grant', 'audience is invalid'),
      told('invalid_grant', 'audience validation failed'),
      clientRefused,
    ),
    look: (sight) => unless(isOfSaml(sight)),
    meaning: 'The aud of the assertion is not the login host of the user’s org.',
    found: ({ assertion, host }) =>
      assertion === undefined
        ? undefined
        : `aud ${assertion.audiences.join(' ') || 'none'}${host === undefined ? '' : `, sent to ${host}`}`,
    whatToDo: [
      'Write https://login.salesforce.com for a production org, https://test.salesforce.com for a sandbox or scratch org.',
      'For an external client app, send the request to the My Domain of the org, and write the same into aud.',
      'Write the host alone, with https:// and without a path.',
    ],
    setting: same('Setup > My Domain > My Domain Details > Current My Domain URL'),
    command: 'sallyport token decode assertion.jwt --audience https://login.salesforce.com',
  },
  'key-unreadable': {
    told: told('key-unreadable'),
    meaning: 'The private key could not be read, so nothing was signed and nothing was sent.',
    whatToDo: [
      'See that it is the private key (-----BEGIN PRIVATE KEY-----), with real line breaks: in an environment variable they are often lost or doubled.',
      'Where a library wants PKCS#8, convert it; a key with a password needs its password.',
    ],
    command: 'openssl pkcs8 -topk8 -nocrypt -in server.key -out server.pkcs8.key',
  },
} satisfies Readonly<Record<string, Cause>>

function instant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? 'far outside of all calendars' : date.toISOString()
}
