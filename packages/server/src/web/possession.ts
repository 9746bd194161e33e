import { type Refusal, refusal } from '../oauth/refusal.ts'
import type { Dpop } from '../tokens/dpop.ts'
import { proofAlgorithms, type ShownProof } from '../tokens/dpop-proof.ts'
import type { Visit } from './visit.ts'

/** The proof of a key that a request brings; `undefined` for one without. */
export function shownProof({ request, site }: Pick<Visit, 'request' | 'site'>): ShownProof | undefined {
  const text = request.header('dpop')
  return text === undefined ? undefined : { text, method: request.method, url: site.base + request.path }
}

/** Gives whoever proves a key what the next proof is to hold (RFC 9449 §8). */
export function offerNonce(visit: Visit, dpop: Dpop): void {
  if (dpop.acceptsDpop && dpop.dpopNeedsNonce) visit.headers['dpop-nonce'] = dpop.newNonce()
}

/** What a resource says to whom it refuses a token that came, or should have come, with a proof (RFC 9449 §7.1). */
export function keyChallenge(refused: Refusal): string {
  const { code, description } = refusal(refused)
  const algorithms = proofAlgorithms.join(' ')
  return `DPoP realm="Sallyport", error="${code}", error_description="${description}", algs="${algorithms}"`
}
