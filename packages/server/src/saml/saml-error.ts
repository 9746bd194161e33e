/** Why a SAML assertion is not taken, with what the rule saw. Nothing of it is secret. */
export type SamlRefusal =
  | { readonly reason: 'saml-malformed'; readonly facts: { readonly problem: string } }
  | {
      readonly reason: 'saml-issuer-unknown'
      readonly facts: { readonly found: string; readonly known: readonly string[] }
    }
  | { readonly reason: 'saml-status-not-success'; readonly facts: { readonly found: string } }
  | {
      readonly reason: 'saml-certificate-invalid'
      readonly facts: { readonly settings: string; readonly from: string; readonly until: string; readonly now: string }
    }
  | {
      readonly reason: 'saml-decryption-failed'
      readonly facts: { readonly settings: string; readonly problem: string }
    }
  | {
      readonly reason: 'saml-jit-attribute-missing'
      readonly facts: { readonly settings: string; readonly missing: readonly string[] }
    }
  | {
      readonly reason: 'saml-jit-attribute-invalid'
      readonly facts: {
        readonly settings: string
        readonly attribute: string
        readonly found: string
        readonly problem: string
        readonly details: string
      }
    }
  | {
      readonly reason: 'saml-jit-handler-failed'
      readonly facts: { readonly settings: string; readonly handler: string; readonly problem: string }
    }
  | { readonly reason: 'saml-unsigned'; readonly facts: Record<never, never> }
  | { readonly reason: 'saml-signature-unfit'; readonly facts: { readonly problem: string } }
  | {
      readonly reason: 'saml-algorithm-not-allowed'
      readonly facts: { readonly found: string; readonly accepted: readonly string[] }
    }
  | {
      readonly reason: 'saml-signature-wrong'
      readonly facts: { readonly holder: string; readonly certificate: string; readonly fingerprint: string }
    }
  | { readonly reason: 'saml-altered'; readonly facts: Record<never, never> }
  | { readonly reason: 'saml-subject-missing'; readonly facts: { readonly missing: string } }
  | { readonly reason: 'saml-expiry-missing'; readonly facts: Record<never, never> }
  | {
      readonly reason: 'saml-expired'
      readonly facts: { readonly attribute: string; readonly found: string; readonly now: string }
    }
  | {
      readonly reason: 'saml-expiry-too-far'
      readonly facts: { readonly found: string; readonly now: string; readonly limit: number }
    }
  | {
      readonly reason: 'saml-not-yet-valid'
      readonly facts: { readonly attribute: string; readonly found: string; readonly now: string }
    }
  | {
      readonly reason: 'saml-audience-unknown' | 'saml-recipient-unknown'
      readonly facts: { readonly found: readonly string[]; readonly accepted: readonly string[] }
    }

/** What the rules of this folder throw: whoever asked them says it in the words of its endpoint. */
export class SamlError extends Error {
  override readonly name = 'SamlError'
  readonly refusal: SamlRefusal

  constructor(refusal: SamlRefusal) {
    super(refusal.reason)
    this.refusal = refusal
  }
}

/** A text that is no SAML assertion, or none that could be taken. */
export function malformed(problem: string): SamlError {
  return new SamlError({ reason: 'saml-malformed', facts: { problem } })
}

/** What a stranger wrote, as long as the journal will have it. */
export function shown(text: string): string {
  return text.slice(0, 256)
}
