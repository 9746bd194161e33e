/** Why a request came to no answer. */
export type TransportReason = 'timeout' | 'unreachable' | 'untrusted' | 'cut-off' | 'too-large' | 'not-sent'

/** A request that came to no whole answer. The message names the host only, and holds no secret. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly reason: TransportReason

  constructor(reason: TransportReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
