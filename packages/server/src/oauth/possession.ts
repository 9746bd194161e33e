import { type Checklist, pass } from '../journal/checklist.ts'
import type { Dpop } from '../tokens/dpop.ts'
import type { DpopProof } from '../tokens/dpop-proof.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** The proof of a key that a request brings; `undefined` for one without, and where none is asked for. @throws {OAuthError} */
export function proofOf({ proof }: TokenRequest, dpop: Dpop): DpopProof | undefined {
  if (!dpop.acceptsDpop || proof === undefined) return undefined
  const check = dpop.check(proof)
  if (!check.ok) throw refusal(check.refusal)
  return check.proof
}

/** Notes a proof as used. @throws {OAuthError} when it had been */
export async function spendProof(proof: DpopProof | undefined, dpop: Dpop, checks: Checklist): Promise<void> {
  const refused = proof === undefined ? undefined : await dpop.spend(proof, checks)
  if (refused !== undefined) throw refusal(refused)
}

/** Holds whoever shows what is bound to a key to that key (RFC 9449 §5, §10). @throws {OAuthError} */
export function checkKey(shown: string | undefined, bound: string | undefined, checks: Checklist): void {
  if (bound === undefined) return
  if (shown === undefined) throw refusal({ reason: 'dpop-proof-missing', facts: {} })
  if (shown !== bound) throw refusal({ reason: 'dpop-key-changed', facts: { found: shown, expected: bound } })
  pass(checks, 'proof', { key: bound })
}
