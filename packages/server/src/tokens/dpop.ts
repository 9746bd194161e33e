import { type Checklist, pass } from '../journal/checklist.ts'
import type { Seal } from '../seal.ts'
import { hashSecret } from '../secret.ts'
import { type DpopProof, readProof, type ShownProof, tokenHash } from './dpop-proof.ts'

/** Every reason for which a proof of possession, or a token that is bound to a key, is refused. */
export interface DpopReasons {
  'dpop-proof-missing': Record<never, never>
  'dpop-proof-malformed': { readonly problem: string }
  'dpop-signature-wrong': Record<never, never>
  'dpop-proof-misdirected': { readonly claim: 'htm' | 'htu' | 'ath'; readonly found: string; readonly expected: string }
  'dpop-proof-stale': { readonly found: string; readonly now: string; readonly window: number }
  'dpop-proof-replayed': Record<never, never>
  'dpop-nonce-needed': { readonly found: string }
  'dpop-key-changed': { readonly found: string; readonly expected: string }
  'token-bound-to-key': Record<never, never>
  'token-not-bound': Record<never, never>
}

/** A reason with its facts. */
export type DpopRefusal = {
  readonly [R in keyof DpopReasons]: { readonly reason: R; readonly facts: DpopReasons[R] }
}[keyof DpopReasons]

const reasons: Readonly<Record<keyof DpopReasons, true>> = {
  'dpop-proof-missing': true,
  'dpop-proof-malformed': true,
  'dpop-signature-wrong': true,
  'dpop-proof-misdirected': true,
  'dpop-proof-stale': true,
  'dpop-proof-replayed': true,
  'dpop-nonce-needed': true,
  'dpop-key-changed': true,
  'token-bound-to-key': true,
  'token-not-bound': true,
}

/** Whether a reason is about a key that was to be proved. */
export function isAboutKey(reason: string): reason is keyof DpopReasons {
  return Object.hasOwn(reasons, reason)
}

/** How proofs are judged. */
export interface DpopRules {
  /** Whether apps can have their tokens bound to a key of theirs (RFC 9449). Salesforce's are bearer tokens. */
  readonly acceptsDpop: boolean
  /** Whether a proof must hold a nonce of this server, so that none can be made in advance (RFC 9449 §8). */
  readonly dpopNeedsNonce: boolean
}

/** What came of a proof. */
export type ProofCheck =
  | { readonly ok: true; readonly proof: DpopProof }
  | { readonly ok: false; readonly refusal: DpopRefusal }

/** The checks of proofs of possession (RFC 9449 §4.3). */
export interface Dpop extends DpopRules {
  /** Everything that can be told without remembering. @param accessToken that the proof has to be made for, if one is used */
  check(shown: ShownProof, accessToken?: string): ProofCheck
  /** Notes a proof as used; answers why it is refused when it had been. */
  spend(proof: DpopProof, checks: Checklist): Promise<DpopRefusal | undefined>
  /** What the next proof is to hold. */
  newNonce(): string
}

interface Needs {
  /** Notes an id as used; `false` when it had been. Atomic. */
  readonly proofs: { use(id: { readonly hash: Buffer; readonly expiresAt: Date }): Promise<boolean> }
  readonly seal: Seal
  readonly rules: DpopRules
  readonly now: () => Date
}

// Seconds that a proof may be old, and that the clock of whoever made it may be fast.
const window = 60
const skew = 10
// Seconds that a nonce is good.
const nonceLifetime = 300
const noncePurpose = 'DPoP nonce'

/** Proofs of possession, remembered for the minute in which they are good: over processes and restarts. */
export function dpop({ proofs, seal, rules, now }: Needs): Dpop {
  return {
    ...rules,
    check(shown, accessToken) {
      const reading = readProof(shown.text)
      if (!reading.ok) {
        return reading.isSignature === true
          ? refused({ reason: 'dpop-signature-wrong', facts: {} })
          : refused({ reason: 'dpop-proof-malformed', facts: { problem: reading.problem } })
      }
      const { proof } = reading
      const refusal = misdirected(proof, shown, accessToken) ?? stale(proof) ?? withoutNonce(proof)
      return refusal === undefined ? { ok: true, proof } : refused(refusal)
    },
    async spend({ thumbprint, jti, iat }, checks) {
      const expiresAt = new Date((iat + window + skew + 1) * 1000)
      const isFirst = await proofs.use({ hash: hashSecret(`${thumbprint} dpop ${jti}`), expiresAt })
      if (!isFirst) return { reason: 'dpop-proof-replayed', facts: {} }
      pass(checks, 'proof', { key: thumbprint })
      return undefined
    },
    newNonce: () => seal.close(String(now().getTime()), noncePurpose),
  }

  function stale({ iat }: DpopProof): DpopRefusal | undefined {
    const seconds = now().getTime() / 1000
    if (iat >= seconds - window - skew && iat <= seconds + skew) return undefined
    return { reason: 'dpop-proof-stale', facts: { found: instant(iat), now: now().toISOString(), window } }
  }

  function withoutNonce({ nonce }: DpopProof): DpopRefusal | undefined {
    if (!rules.dpopNeedsNonce) return undefined
    const madeAt = nonce === undefined ? undefined : opened(nonce)
    const age = madeAt === undefined ? Number.POSITIVE_INFINITY : (now().getTime() - madeAt) / 1000
    if (age <= nonceLifetime) return undefined
    const found = nonce === undefined ? 'none' : madeAt === undefined ? 'one of another server' : 'one that is too old'
    return { reason: 'dpop-nonce-needed', facts: { found } }
  }

  function opened(nonce: string): number | undefined {
    try {
      return Number(seal.open(nonce, noncePurpose))
    } catch {
      // Sealed by nobody, or by another server: none of ours.
      return undefined
    }
  }
}

/** Whether a proof is for this very request, and for the token in it. */
function misdirected(
  { htm, htu, ath }: DpopProof,
  { method, url }: ShownProof,
  accessToken: string | undefined,
): DpopRefusal | undefined {
  const refusal = (claim: 'htm' | 'htu' | 'ath', found: string, expected: string): DpopRefusal => ({
    reason: 'dpop-proof-misdirected',
    facts: { claim, found: found.slice(0, 256), expected },
  })
  if (htm !== method) return refusal('htm', htm, method)
  if (normalised(htu) !== normalised(url)) return refusal('htu', withoutQuery(htu), url)
  if (accessToken === undefined) return undefined
  const expected = tokenHash(accessToken)
  return ath === expected ? undefined : refusal('ath', ath ?? 'none', expected)
}

/** A URL as two are compared: scheme and host in small letters, no port that goes without saying, no query (§4.3). */
function normalised(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${decoded(pathname)}`
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    // A lone percent sign: compared as it stands.
    return path
  }
}

// A query may hold what is nobody's to keep.
function withoutQuery(url: string): string {
  return url.replace(/[?#][\s\S]*$/, '?…')
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

function refused(refusal: DpopRefusal): ProofCheck {
  return { ok: false, refusal }
}
