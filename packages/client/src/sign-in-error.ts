/** Why what came back from the browser is not taken. */
export type SignInReason =
  | 'state-differs'
  | 'issuer-differs'
  | 'callback-differs'
  | 'code-missing'
  | 'token-missing'
  | 'already-finished'
  | 'signature-wrong'
  | 'not-signed-in'
  | 'port-taken'
  | 'nobody-came'
  | 'device-answer-unusable'
  | 'key-missing'

/** A sign-in that cannot be finished. The message says what to do, and holds no secret. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  readonly reason: SignInReason

  constructor(reason: SignInReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
