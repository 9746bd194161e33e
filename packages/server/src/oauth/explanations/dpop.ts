import type { ReasonExplanations } from './explained-reason.ts'
import { counted, quoted } from './wording.ts'

const library = 'Let a library that knows DPoP make the proof, anew for each request.'

/** Proofs of possession, and tokens that are bound to a key (RFC 9449). */
export const dpopExplanations = {
  'dpop-proof-missing': {
    check: 'proof',
    facts: {},
    explain: () => ({
      expected: 'a header DPoP with a proof of the key that this is bound to',
      found: 'none',
      whatToDo: `Send the header \`DPoP\` with a proof signed by the same key as before. ${library}`,
      whereInSetup: undefined,
    }),
  },
  'dpop-proof-malformed': {
    check: 'proof',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected:
        'one header DPoP with a JWT of `typ` dpop+jwt that holds its public key (jwk), and the claims jti, htm, htu and iat',
      found: `something else: ${problem}`,
      whatToDo: `${library} It signs with ES256, EdDSA, PS256 or RS256, and puts the public half of the key alone into the header (RFC 9449 §4.2).`,
      whereInSetup: undefined,
    }),
  },
  'dpop-signature-wrong': {
    check: 'proof',
    facts: {},
    explain: () => ({
      expected: 'a proof signed with the key in its own header',
      found: 'one signed with another',
      whatToDo: `Sign with the private half of the key whose public half is the \`jwk\` of the header. An ES256 signature in a JWT is 64 bytes, r and s, and not DER. ${library}`,
      whereInSetup: undefined,
    }),
  },
  'dpop-proof-misdirected': {
    check: 'proof',
    facts: { claim: 'text', found: 'text', expected: 'text' },
    explain: ({ claim, found, expected }) => ({
      expected: `${claim} to be ${expected}`,
      found: quoted(found),
      whatToDo:
        claim === 'ath'
          ? 'Put the SHA-256 of the access token, in base64url, into `ath` of each proof that goes with it.'
          : claim === 'htu'
            ? 'Put the URL that you ask into `htu`: scheme, host and path as they are in the metadata, without query. Behind a proxy, see that the server knows its public URL.'
            : 'Put the method that you ask by into `htm`, in capitals.',
      whereInSetup: undefined,
    }),
  },
  'dpop-proof-stale': {
    check: 'proof',
    facts: { found: 'text', now: 'text', window: 'number' },
    explain: ({ found, now, window }) => ({
      expected: `iat within ${counted(window, 'second')} of ${now}`,
      found,
      whatToDo: `Make the proof right before the request, with \`iat\` in seconds since 1970, and set the clock of the machine. ${library}`,
      whereInSetup: undefined,
    }),
  },
  'dpop-proof-replayed': {
    check: 'proof',
    facts: {},
    explain: () => ({
      expected: 'a proof that has not been used before',
      found: 'one whose jti was',
      whatToDo: `Make a new proof for each request, with a new random \`jti\`; for a retry, too. ${library}`,
      whereInSetup: undefined,
    }),
  },
  'dpop-nonce-needed': {
    check: 'proof',
    facts: { found: 'text' },
    explain: ({ found }) => ({
      expected: 'a nonce of this server in the proof',
      found,
      whatToDo:
        'Take the nonce out of the header `DPoP-Nonce` of this answer, put it into the claim `nonce` of a new proof, and send the request again (RFC 9449 §8). Libraries do so by themselves.',
      whereInSetup: undefined,
    }),
  },
  'dpop-key-changed': {
    check: 'proof',
    facts: { found: 'text', expected: 'text' },
    explain: ({ found, expected }) => ({
      expected: `a proof by the key ${expected}, which this is bound to`,
      found: found === 'none' ? 'no proof' : `one by the key ${found}`,
      whatToDo:
        'Keep the key beside the tokens, and use it for all that comes of one sign-in: the code, its refresh tokens, and calls with its access tokens. If it is lost, let the person sign in once more.',
      whereInSetup: undefined,
    }),
  },
  'token-bound-to-key': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: '`Authorization: DPoP <access token>` and a proof, because the token is bound to a key',
      found: 'the token alone, as a bearer token',
      whatToDo: `Send the token by the scheme \`DPoP\` with a proof beside it: its \`token_type\` said so. A token that somebody has copied is worth nothing without the key. ${library}`,
      whereInSetup: undefined,
    }),
  },
  'token-not-bound': {
    check: 'token',
    facts: {},
    explain: () => ({
      expected: 'a token that is bound to a key, since it came by the scheme DPoP',
      found: 'a bearer token',
      whatToDo:
        'Send it as `Authorization: Bearer <access token>`; or ask for a bound one, with a proof in the request for the token.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
