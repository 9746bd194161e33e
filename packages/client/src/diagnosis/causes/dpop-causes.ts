import type { Sight } from '../sight.ts'
import { type Cause, told, verdict } from './cause.ts'

/** A resource that says in its challenge what is wrong with a key, whatever else it answers. */
function challenged(words: string): Pick<Cause, 'told' | 'look'> {
  const says = ({ answer }: Sight) => answer?.headers.get('www-authenticate')?.includes(`"${words}"`) === true
  return { told: (_answer, sight) => says(sight), look: (sight) => verdict(says(sight)) }
}

const library = 'Let a library that knows DPoP make the proof, anew for each request.'

/** Proofs of possession, and tokens that are bound to a key (RFC 9449). */
export const dpopCauses = {
  'dpop-nonce-needed': {
    told: told('use_dpop_nonce'),
    meaning: 'The server wants a nonce of its own in the proof (DPoP), and said which.',
    whatToDo: ['Put the header DPoP-Nonce of the answer into the claim nonce of a new proof, and ask again.', library],
  },
  'dpop-proof-missing': {
    told: told('invalid_dpop_proof', 'dpop proof is required'),
    meaning: 'What was sent is bound to a key, and no proof of the key came with it.',
    whatToDo: ['Send the header DPoP, signed with the key that the sign-in began with.', library],
  },
  'dpop-proof-misdirected': {
    told: told('invalid_dpop_proof', 'dpop proof is for another request'),
    meaning: 'The proof (DPoP) was made for another method, URL or token.',
    whatToDo: [
      'Put method and URL of this very request into htm and htu, without query, and the hash of the token into ath.',
    ],
  },
  'dpop-proof-stale': {
    told: told('invalid_dpop_proof', 'dpop proof is not fresh'),
    meaning: 'The proof (DPoP) is too old, or from the future.',
    whatToDo: ['Make it right before the request, and set the clock of the machine; iat counts seconds.'],
    command: 'date -u',
  },
  'dpop-proof-replayed': {
    told: told('invalid_dpop_proof', 'dpop proof was used before'),
    meaning: 'The proof (DPoP) was used before: each is good for one request.',
    whatToDo: ['Make a new one for each request and each retry, with a new random jti.'],
  },
  'dpop-key-changed': {
    told: told('invalid_dpop_proof', 'dpop proof is of another key'),
    meaning: 'The proof (DPoP) is of another key than the code or token is bound to.',
    whatToDo: ['Keep the key with the tokens. If it is lost, let the person sign in once more.'],
  },
  'dpop-signature-wrong': {
    told: told('invalid_dpop_proof', 'dpop proof is invalid'),
    meaning: 'Another key signed the proof (DPoP) than the one in its header.',
    whatToDo: ['Sign with the private half of the key in jwk. An ES256 signature is r and s, 64 bytes.', library],
  },
  'dpop-proof-malformed': {
    told: told('invalid_dpop_proof', 'dpop proof is invalid'),
    meaning: 'The header DPoP is no proof: a JWT of typ dpop+jwt with jwk, jti, htm, htu and iat.',
    whatToDo: [library],
  },
  'token-bound-to-key': {
    ...challenged('the token is bound to a key'),
    meaning: 'The token is bound to a key, and was sent as if whoever has it may use it.',
    whatToDo: ['Send Authorization: DPoP <token>, and a proof in the header DPoP.'],
  },
  'token-not-bound': {
    ...challenged('the token is not bound to a key'),
    meaning: 'The token is not bound to a key, and was sent by the scheme DPoP.',
    whatToDo: ['Send Authorization: Bearer <token>; or ask for the token with a proof.'],
  },
} satisfies Readonly<Record<string, Cause>>
