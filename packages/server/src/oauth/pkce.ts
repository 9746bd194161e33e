import { hash } from 'node:crypto'
import type { Refusal } from './refusal.ts'

/** How verifiers are read. */
export interface PkceRules {
  /** Most characters of a verifier: 128 by RFC 7636 §4.1; jsforce and the Salesforce CLI send 171. */
  readonly longestVerifier: number
  /** Whether a challenge without `code_challenge_method` is S256, as Salesforce takes it, or refused. */
  readonly methodMayBeAbsent: boolean
}

/** Checks the challenge of an authorize request; answers a refusal or nothing. S256 only: `plain` protects nobody. */
export function checkChallenge(
  challenge: string | undefined,
  method: string | undefined,
  rules: PkceRules,
): Refusal | undefined {
  if (challenge === undefined) return undefined
  if (method !== 'S256' && !(method === undefined && rules.methodMayBeAbsent)) {
    return { reason: 'challenge-method-unknown', facts: { found: method ?? 'none (which RFC 7636 reads as plain)' } }
  }
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge))
    return { reason: 'challenge-malformed', facts: { found: challenge.length } }
  return undefined
}

/**
 * Holds a verifier against the challenge of the authorize request; answers a refusal or nothing. A verifier without a
 * challenge is refused too: somebody took the challenge out of the request (RFC 9700 §2.1.1).
 */
export function checkVerifier(
  verifier: string | undefined,
  challenge: string | undefined,
  rules: PkceRules,
): Refusal | undefined {
  if (challenge === undefined) {
    return verifier === undefined ? undefined : { reason: 'verifier-unexpected', facts: {} }
  }
  if (verifier === undefined) return { reason: 'verifier-missing', facts: {} }
  const problem = verifierProblem(verifier, rules)
  if (problem !== undefined) return { reason: 'verifier-malformed', facts: { problem } }
  const computed = hash('sha256', verifier, 'base64url')
  // Both are hashes of what the caller knows and sent in the clear: there is no secret for timing to tell.
  return computed === challenge ? undefined : { reason: 'verifier-wrong', facts: { computed, challenge } }
}

function verifierProblem(verifier: string, rules: PkceRules): string | undefined {
  if (verifier.length < 43) return `it has ${verifier.length} characters; at least 43 are needed`
  if (verifier.length > rules.longestVerifier) {
    return `it has ${verifier.length} characters; at most ${rules.longestVerifier} are accepted`
  }
  return /^[A-Za-z0-9._~-]+$/.test(verifier) ? undefined : 'it has characters other than A-Z a-z 0-9 - . _ ~'
}
