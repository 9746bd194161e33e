import { sha256 } from '../../crypto.ts'
import { base64Url } from '../../encoding.ts'
import type { Sight } from '../sight.ts'
import { at, type Cause, told, unless, verdict } from './cause.ts'
import { appPolicy, appSetting } from './setting.ts'

const invalidCode = told('invalid_grant', 'invalid authorization code')
const expiredCode = told('invalid_grant', 'expired authorization code')
const wrongVerifier = told('invalid_grant', 'invalid code verifier')
const pkce = appSetting('Require Proof Key for Code Exchange (PKCE) Extension for Supported Authorization Flows')
const isCodeExchange = ({ request, grant }: Sight) =>
  request === undefined && grant === undefined ? undefined : grant === 'authorization_code'

/** The authorize request that a code exchange came out of, where both were seen. */
function authorizeOf({ before, value }: Sight): Sight | undefined {
  const asked = before.filter((one) => one.endpoint === 'authorize' && one.value('client_id') !== undefined)
  const clientId = value('client_id')
  return asked.findLast((one) => clientId === undefined || one.value('client_id') === clientId)
}

function wasSentBefore({ before, value }: Sight, name: string): boolean {
  const sent = value(name)
  return sent !== undefined && before.some((one) => one.endpoint === 'token' && one.value(name) === sent)
}

const verifierForm = /^[A-Za-z0-9._~-]{43,256}$/

/** Authorization codes, where they are sent, and the proof that goes with them. */
export const codeCauses = {
  'code-missing': {
    told: invalidCode,
    look: ({ has }) => verdict(has('code') === undefined ? undefined : has('code') !== true),
    meaning: 'There is no code in the request.',
    whatToDo: [
      'Send the value of code from the query string of your callback, decoded once, as the form parameter code.',
    ],
  },
  'code-still-encoded': {
    told: invalidCode,
    look: ({ request, value }) => verdict(request === undefined ? false : /%[0-9A-F]{2}/i.test(value('code') ?? '')),
    meaning: 'The code is still percent-encoded: it was encoded twice, or pasted as it stood in the URL (%3D%3D).',
    whatToDo: ['Take the code out of the callback with a URL parser: %3D%3D at its end is ==.'],
    command: 'node -p "decodeURIComponent(process.argv[1])" "$CODE"',
  },
  'code-unknown': {
    told: invalidCode,
    look: ({ has }) => unless(has('code') === false),
    odds: 2,
    meaning: 'The server does not know this code: it is not whole, or was made by another server.',
    whatToDo: [
      'Take the code out of the callback with a URL parser, so that it is decoded once and nothing is cut off.',
      'Exchange it at the host that made it.',
    ],
  },
  'code-of-another-app': {
    told: invalidCode,
    look: (sight) => {
      if (sight.has('code') === false) return 'no'
      const asked = sight.before.findLast((one) => one.endpoint === 'authorize')?.value('client_id')
      const now = sight.value('client_id')
      return asked === undefined || now === undefined ? 'maybe' : verdict(asked !== now)
    },
    meaning: 'The code was made for another app than the one that shows it.',
    whatToDo: ['Exchange the code with the same client_id as in the authorize URL.'],
  },
  'code-spent': {
    told: expiredCode,
    look: (sight) => (isCodeExchange(sight) === false ? 'no' : wasSentBefore(sight, 'code') ? 'yes' : 'maybe'),
    odds: 3,
    meaning: 'The code was used before, or shown wrongly once.',
    whatToDo: [
      'A code is good for one try. Look for what sends it twice: a retry, a callback page loaded again, two handlers.',
      'Begin again for a new one.',
    ],
  },
  'code-expired': {
    told: expiredCode,
    look: (sight) => unless(isCodeExchange(sight) === false),
    meaning: 'The code is too old: fifteen minutes at most.',
    whatToDo: ['Exchange the code as soon as it arrives at your callback. Begin again for a new one.'],
  },
  'redirect-uri-missing': {
    told: told('redirect_uri_missing'),
    meaning: 'There is no redirect_uri in the request.',
    whatToDo: ['Send redirect_uri, the same in the authorize URL and when you exchange the code.'],
    setting: appSetting('Callback URL'),
  },
  'redirect-out-of-band': {
    told: told('invalid_request', 'out-of-band not supported'),
    meaning: 'The redirect_uri asks for a code that is shown on a page, which is not done.',
    found: ({ value }) => value('redirect_uri'),
    whatToDo: ['Listen on http://localhost, registered with port and path, or take the device flow.'],
    setting: appSetting('Callback URL'),
    command: 'sallyport app update <name> --callback-url http://localhost:1717/OauthRedirect',
  },
  'redirect-uri-mismatch': {
    told: told('redirect_uri_mismatch'),
    look: ({ endpoint }) =>
      endpoint === undefined ? 'maybe' : verdict(endpoint === 'authorize' || endpoint === 'consent'),
    meaning: 'The redirect_uri is none of the app’s callback URLs, which are compared character by character.',
    found: ({ value }) => withoutQuery(value('redirect_uri')),
    whatToDo: [
      'Compare scheme, host, port, path, capital letters and a slash at the end; localhost and 127.0.0.1 are two.',
      'Send exactly what is registered, or register yours on a line of its own.',
    ],
    setting: appSetting('Callback URL'),
    command: 'sallyport app update <name> --callback-url <url>',
  },
  'redirect-uri-changed': {
    told: told('redirect_uri_mismatch'),
    look: ({ endpoint }) => (endpoint === undefined ? 'maybe' : verdict(endpoint === 'token')),
    meaning: 'The redirect_uri is another than in the authorize URL.',
    found: (sight) => {
      const asked = authorizeOf(sight)?.value('redirect_uri')
      const now = withoutQuery(sight.value('redirect_uri'))
      return asked === undefined || now === undefined ? now : `${now}, and ${withoutQuery(asked)} in the authorize URL`
    },
    whatToDo: ['Send the same redirect_uri in both requests, letter by letter. The code has ended now: begin again.'],
    setting: appSetting('Callback URL'),
  },
  'challenge-missing': {
    told: told('invalid_request', 'missing required code challenge'),
    meaning: 'The app or the org requires PKCE, and the authorize URL has no code_challenge.',
    whatToDo: [
      'Make a random code_verifier and keep it; send code_challenge = base64url(SHA-256(verifier)) and code_challenge_method=S256, and the verifier with the code. Most libraries have a switch for it.',
      'External client apps require it unless it is switched off.',
    ],
    setting: pkce,
    command: 'sallyport app update <name> --no-require-pkce',
  },
  'challenge-malformed': {
    told: told('invalid_request', 'invalid code challenge'),
    meaning: 'The code_challenge is not 43 characters of base64url.',
    found: ({ value }) => {
      const length = value('code_challenge')?.length
      return length === undefined ? undefined : `${length} characters`
    },
    whatToDo: ['Encode the 32 bytes of the SHA-256 in base64url (- and _ instead of + and /), without = at the end.'],
    command: 'printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr "+/" "-_" | tr -d =',
  },
  'challenge-method-unknown': {
    told: told('invalid_request', 'code challenge method not supported'),
    meaning: 'code_challenge_method is not S256.',
    found: ({ value, request }) => (request === undefined ? undefined : (value('code_challenge_method') ?? 'none')),
    whatToDo: ['Send code_challenge_method=S256 with a capital S; plain protects nobody and is not taken.'],
  },
  'verifier-missing': {
    told: wrongVerifier,
    look: ({ has }) => verdict(has('code_verifier') === undefined ? undefined : has('code_verifier') !== true),
    meaning: 'The authorize URL had a code_challenge, and no code_verifier came with the code.',
    whatToDo: [
      'Send the verifier that the challenge was made from. It is often lost between the two requests: keep it in the session, under the state.',
    ],
    setting: pkce,
  },
  'verifier-malformed': {
    told: wrongVerifier,
    look: ({ value, has }) => {
      const verifier = value('code_verifier')
      if (verifier === undefined) return has('code_verifier') === false ? 'no' : 'maybe'
      if (!verifierForm.test(verifier)) return 'yes'
      return verifier.length > 128 ? 'maybe' : 'no'
    },
    meaning: 'The code_verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~.',
    found: ({ value }) => {
      const verifier = value('code_verifier')
      if (verifier === undefined) return undefined
      return `${verifier.length} characters${/^[A-Za-z0-9._~-]*$/.test(verifier) ? '' : ', among them others than these'}`
    },
    whatToDo: [
      'Make the verifier as base64url of 32 or more random bytes: base64 has +, / and =, which are not allowed.',
    ],
    command: 'openssl rand 32 | openssl base64 -A | tr "+/" "-_" | tr -d =',
  },
  'verifier-wrong': {
    told: wrongVerifier,
    look: (sight) => {
      const verifier = sight.value('code_verifier')
      if (verifier === undefined) return sight.has('code_verifier') === false ? 'no' : 'maybe'
      if (!verifierForm.test(verifier)) return 'no'
      const challenge = authorizeOf(sight)?.value('code_challenge')
      return challenge === undefined ? 'maybe' : verdict(base64Url(sha256(verifier)) !== challenge)
    },
    odds: 3,
    meaning: 'Verifier and challenge are not a pair.',
    whatToDo: [
      'Keep one verifier for each sign-in, under its state: a second one has overwritten it, or two tabs share one.',
      'Make the challenge from the text of the verifier, not from its bytes before encoding.',
    ],
    setting: pkce,
  },
  'verifier-unexpected': {
    told: wrongVerifier,
    look: (sight) => {
      if (sight.has('code_verifier') === false) return 'no'
      const verifier = sight.value('code_verifier')
      if (verifier !== undefined && !verifierForm.test(verifier)) return 'no'
      const asked = authorizeOf(sight)
      return asked === undefined ? 'maybe' : verdict(asked.has('code_challenge') === false)
    },
    meaning: 'A code_verifier came with the code, and the authorize URL had no code_challenge.',
    whatToDo: ['Send the challenge in the authorize URL, too; if your client did, something on the way took it out.'],
    setting: pkce,
  },
  'login-required': {
    told: told('login_required'),
    meaning: 'prompt=none asks for an answer without a page, and nobody is signed in.',
    whatToDo: ['Ask again without prompt=none, in a window that the user sees.'],
  },
  'consent-required': {
    told: told('consent_required'),
    meaning: 'prompt=none asks for an answer without a page, and the user has not allowed the app yet.',
    whatToDo: ['Ask again without prompt=none, or pre-authorize the app for the user.'],
    setting: appPolicy('Permitted Users'),
  },
  'immediate-impossible': {
    told: told('immediate_unsuccessful'),
    meaning: 'immediate=true asks for an answer without a page, and a page would be needed.',
    whatToDo: ['Ask again without immediate=true, in a window that the user sees.'],
    setting: appPolicy('Permitted Users'),
  },
  'denied-by-user': {
    told: at(
      ['authorize', 'consent', 'elsewhere', 'token'],
      told('access_denied', 'end-user denied authorization', 'user denied', ''),
    ),
    meaning: 'The person clicked Deny. Nothing is broken.',
    whatToDo: ['Begin again and click Allow; if users should not be asked at all, pre-authorize the app.'],
    setting: appPolicy('Permitted Users'),
  },
} satisfies Readonly<Record<string, Cause>>

/** A URL without what stands behind the question mark, which may be anything. */
function withoutQuery(url: string | undefined): string | undefined {
  return url?.replace(/[?#][\s\S]*$/, '?…')
}
