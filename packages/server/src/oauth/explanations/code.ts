import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { closestUrl } from './url-difference.ts'
import { listed, quoted, spoken } from './wording.ts'

const pkceSetting = 'Require Proof Key for Code Exchange (PKCE) Extension for Supported Authorization Flows'

/** Authorization codes, where they are sent, and the proof that goes with them. */
export const codeExplanations = {
  'code-missing': {
    check: 'code-known',
    facts: {},
    explain: () => ({
      expected: 'code: what the browser brought to the callback URL',
      found: 'no code',
      whatToDo:
        'Send the value of `code` from the query string of your callback, once URL-decoded, as the form parameter `code`.',
      whereInSetup: undefined,
    }),
  },
  'code-unknown': {
    check: 'code-known',
    facts: {},
    explain: () => ({
      expected: 'a code that this server has made',
      found: 'one that it has not, or that is gone',
      whatToDo:
        'Take the code out of the callback with a URL parser, so that it is decoded once: `%3D` must have become `=`, and nothing may be cut off. Then see that it is exchanged at the server that made it, and soon.',
      whereInSetup: undefined,
    }),
  },
  'code-of-another-app': {
    check: 'code-known',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: 'the app that asked for the code',
      found: `the app ${quoted(app)}`,
      whatToDo:
        'Exchange the code with the same `client_id` as in the authorize URL. The code has ended now: begin again.',
      whereInSetup: undefined,
    }),
  },
  'code-expired': {
    check: 'code-fresh',
    facts: { issued: 'text', now: 'text', lifetime: 'number' },
    explain: ({ issued, now, lifetime }) => ({
      expected: `a code younger than ${spoken(lifetime)}`,
      found: `one made at ${issued}; it is ${now} now`,
      whatToDo: 'Exchange the code as soon as it arrives at your callback. Begin again for a new one.',
      whereInSetup: undefined,
    }),
  },
  'code-spent': {
    check: 'code-unspent',
    facts: { issued: 'text' },
    explain: ({ issued }) => ({
      expected: 'a code that has not been used',
      found: `one that was made ${at(issued)} and has been used, or was shown wrongly once`,
      whatToDo:
        'A code is good for one try. Look for what sends it twice: a retry, a callback page loaded again, two handlers. What it bought has ended, since somebody may have copied it (RFC 6749 §4.1.2). Begin again for a new one.',
      whereInSetup: undefined,
    }),
  },
  'redirect-uri-missing': {
    check: 'redirect-uri',
    facts: {},
    explain: () => ({
      expected: 'redirect_uri: a Callback URL of the app',
      found: 'no redirect_uri',
      whatToDo: 'Send `redirect_uri`, the same in the authorize URL and when you exchange the code.',
      whereInSetup: appSetting('your app', 'Callback URL'),
    }),
  },
  'redirect-out-of-band': {
    check: 'redirect-uri',
    facts: { app: 'text', found: 'text' },
    explain: ({ app, found }) => ({
      expected: `a Callback URL of ${quoted(app)}`,
      found,
      whatToDo: `No code is shown on a page for people to copy. A program on a machine of theirs listens on loopback: register such a URL, ${appCommand('update', app, '--callback-url', 'http://localhost:1717/OauthRedirect')}, or take the device flow where there is no browser.`,
      whereInSetup: appSetting(app, 'Callback URL'),
    }),
  },
  'redirect-uri-mismatch': {
    check: 'redirect-uri',
    facts: { app: 'text', found: 'text', registered: 'texts' },
    explain: ({ app, found, registered }) => {
      const closest = closestUrl(found, registered)
      const register = appCommand('update', app, '--callback-url', ...registered, found)
      return {
        expected: registered.length === 0 ? `a Callback URL of ${quoted(app)}, which has none` : listed(registered),
        found,
        whatToDo:
          closest === undefined
            ? `Register the URL on the app: ${register}.`
            : `The closest that is registered is ${closest.url}. What differs: ${closest.differences.join('; ')}. Send exactly what is registered, or register yours too: ${register}. They are compared letter by letter.`,
        whereInSetup: appSetting(app, 'Callback URL'),
      }
    },
  },
  'redirect-uri-changed': {
    check: 'redirect-uri',
    facts: { found: 'text', authorized: 'text' },
    explain: ({ found, authorized }) => {
      const differences = closestUrl(found, [authorized])?.differences ?? []
      return {
        expected: `${authorized}, as in the authorize URL`,
        found,
        whatToDo: `Send the same \`redirect_uri\` as in the authorize URL, letter by letter. What differs (the other is the authorize URL's): ${differences.join('; ')}. The code has ended now: begin again.`,
        whereInSetup: undefined,
      }
    },
  },
  'challenge-missing': {
    check: 'pkce',
    facts: { app: 'text', requiredBy: 'text' },
    explain: ({ app, requiredBy }) => {
      const isOfOrg = requiredBy === 'the org'
      return {
        expected: `code_challenge, which ${isOfOrg ? 'the org' : requiredBy === 'the app' ? `the app ${quoted(app)}` : requiredBy} requires`,
        found: 'no code_challenge',
        whatToDo:
          `Use PKCE (RFC 7636): make a random \`code_verifier\` of 43 to 128 characters and keep it; send \`code_challenge\` = base64url(SHA-256(verifier)) with \`code_challenge_method=S256\` in the authorize URL, and the verifier when you exchange the code. Most libraries have a switch for it. ${requiredBy === 'the app' ? `If your client cannot: ${appCommand('update', app, '--no-require-pkce')}.` : ''}`.trim(),
        whereInSetup: isOfOrg ? 'Setup > OAuth and OpenID Connect Settings' : appSetting(app, pkceSetting),
      }
    },
  },
  'challenge-malformed': {
    check: 'pkce',
    facts: { found: 'number' },
    explain: ({ found }) => ({
      expected: 'code_challenge: 43 characters of base64url, without =',
      found: found === 43 ? '43 characters, not all of base64url' : `${found} characters`,
      whatToDo: `${challengeClue(found)} The challenge is base64url(SHA-256(code_verifier)), without padding (RFC 7636 §4.2).`,
      whereInSetup: undefined,
    }),
  },
  'challenge-method-unknown': {
    check: 'pkce',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'S256',
      found: /^none \(/.test(found) ? 'no code_challenge_method, which RFC 7636 reads as plain' : quoted(found),
      whatToDo:
        found.toUpperCase() === 'S256'
          ? 'Write `S256` with a capital S.'
          : 'Send `code_challenge_method=S256`, and as the challenge base64url(SHA-256(code_verifier)). “plain” protects nobody and is not taken.',
      whereInSetup: undefined,
    }),
  },
  'verifier-missing': {
    check: 'pkce',
    facts: {},
    explain: () => ({
      expected: 'code_verifier, because the authorize URL had a code_challenge',
      found: 'no code_verifier',
      whatToDo:
        'Send the `code_verifier` that the challenge was made from. It is often lost between the two requests: keep it in the session under the `state`, and let the callback read it from there. The code has ended now: begin again.',
      whereInSetup: undefined,
    }),
  },
  'verifier-unexpected': {
    check: 'pkce',
    facts: {},
    explain: () => ({
      expected: 'no code_verifier, because the authorize URL had no code_challenge',
      found: 'a code_verifier',
      whatToDo:
        'Send `code_challenge` and `code_challenge_method=S256` in the authorize URL too. If your client did, something on the way took them out. The code has ended now: begin again.',
      whereInSetup: undefined,
    }),
  },
  'verifier-malformed': {
    check: 'pkce',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'code_verifier: 43 to 128 characters of A-Z a-z 0-9 - . _ ~',
      found: `a verifier that is not so: ${problem}`,
      whatToDo:
        'Make the verifier as base64url of 32 or more random bytes (RFC 7636 §4.1): `crypto.randomBytes(64).toString("base64url")`. base64 has `+`, `/` and `=`, which are not allowed. The code has ended now: begin again.',
      whereInSetup: undefined,
    }),
  },
  'verifier-wrong': {
    check: 'pkce',
    facts: { computed: 'text', challenge: 'text' },
    explain: ({ computed, challenge }) => ({
      expected: `a verifier whose SHA-256 is the code_challenge ${challenge}`,
      found: `one whose SHA-256 is ${computed}`,
      whatToDo: `${verifierClue(computed, challenge)} The code has ended now: begin again.`,
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>

/** Facts say an instant, or `a moment ago`. */
function at(issued: string): string {
  return Number.isNaN(Date.parse(issued)) ? issued : `at ${issued}`
}

function challengeClue(length: number): string {
  if (length === 44) return 'Yours is one too long: the `=` at the end belongs off.'
  if (length === 64)
    return 'Yours looks like the hash in hexadecimal. Encode the 32 bytes of the hash in base64url instead.'
  if (length === 86 || length === 88) {
    return 'Yours looks like base64 of the hash in hexadecimal, or of SHA-512. Encode the 32 bytes of SHA-256.'
  }
  if (length === 43) return 'base64url has `-` and `_` where base64 has `+` and `/`.'
  return 'Yours may be the verifier itself.'
}

function verifierClue(computed: string, challenge: string): string {
  if (computed.toLowerCase() === challenge.toLowerCase()) {
    return 'They differ in capital letters only: something on the way has changed the challenge.'
  }
  return 'Verifier and challenge are not a pair. Most often a second sign-in has overwritten the stored verifier (keep one for each `state`), two tabs share one, or the challenge was made from something else than the text of the verifier, such as its bytes before encoding.'
}
