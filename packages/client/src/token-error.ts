/** What a refusal means, and what to do about it. */
export interface Explanation {
  /** One sentence in plain words. */
  readonly meaning: string
  /** What to do, the likeliest first. */
  readonly whatToDo: readonly string[]
  /** What the server itself says about the cause, where it does (Sallyport in `dev`: the header `x-sallyport-cause`). */
  readonly cause: string | undefined
}

/** What a {@link TokenError} knows. */
export interface TokenErrorDetails {
  readonly error: string
  readonly errorDescription: string | undefined
  readonly status: number
  readonly requestId: string | undefined
  readonly explanation: Explanation | undefined
}

/**
 * A token that was not given: what the token endpoint answered (RFC 6749 §5.2), or `unusable_answer` when that was no answer
 * of a token endpoint at all. The message holds no secret.
 */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly error: string
  readonly errorDescription: string | undefined
  readonly status: number
  readonly requestId: string | undefined
  readonly explanation: Explanation | undefined

  constructor({ error, errorDescription, status, requestId, explanation }: TokenErrorDetails, options?: ErrorOptions) {
    const said = errorDescription === undefined ? error : `${error}: ${errorDescription}`
    const why = explanation === undefined ? '' : ` ${explanation.meaning} ${explanation.whatToDo[0] ?? ''}`
    super(`${said}.${why}`.trim(), options)
    this.error = error
    this.errorDescription = errorDescription
    this.status = status
    this.requestId = requestId
    this.explanation = explanation
  }
}
