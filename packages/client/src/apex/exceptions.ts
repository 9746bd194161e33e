/** What all exceptions of Apex have (*Exception Class and Built-In Exceptions*), beside what errors have here. */
export class ApexException extends Error {
  /** The name that Apex knows it by, such as `System.CalloutException`. */
  readonly #typeName: string

  constructor(typeName: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.#typeName = typeName
    this.name = typeName
  }

  getTypeName(): string {
    return this.#typeName
  }

  getMessage(): string {
    return this.message
  }

  setMessage(message: string): void {
    this.message = message
  }

  getCause(): unknown {
    return this.cause
  }

  initCause(cause: unknown): void {
    this.cause = cause
  }

  getStackTraceString(): string {
    return this.stack ?? ''
  }

  /** The line that threw it, where the stack tells. */
  getLineNumber(): number {
    const [, line] = /:(\d+):\d+\)?$/m.exec(this.getStackTraceString().split('\n').slice(1).join('\n')) ?? []
    return line === undefined ? 0 : Number(line)
  }
}

/** Something that was asked for by name is not there: a certificate. */
export class NoDataFoundException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('System.NoDataFoundException', message, options)
  }
}

/** A callout came to no answer, or was refused before it was sent. */
export class CalloutException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('System.CalloutException', message, options)
  }
}

/** A value that a method does not take. */
export class IllegalArgumentException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('System.IllegalArgumentException', message, options)
  }
}

/** A method that may not be called on this object. */
export class NoAccessException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('System.NoAccessException', message, options)
  }
}

/** A JWT that cannot be read, or that no known key signed. */
export class JWTValidationException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('Auth.JWTValidationException', message, options)
  }
}

/** A token endpoint gave no access token. The message is `Error <status>: <body>`, as in Apex. */
export class JWTBearerTokenExchangeException extends ApexException {
  constructor(message: string, options?: ErrorOptions) {
    super('Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException', message, options)
  }
}
