import { textOf, utf8 } from '../encoding.ts'

/** `HttpResponse`: what came back (*HttpResponse Class*). Every status is an answer; none throws. */
export class ApexHttpResponse {
  #statusCode = 0
  #status = ''
  #body: Uint8Array<ArrayBuffer> = new Uint8Array()
  readonly #headers = new Map<string, { readonly name: string; readonly value: string }>()

  getStatusCode(): number {
    return this.#statusCode
  }

  setStatusCode(statusCode: number): void {
    this.#statusCode = statusCode
  }

  getStatus(): string {
    return this.#status
  }

  setStatus(status: string): void {
    this.#status = status
  }

  /** The value of a header, whose name means the same in capitals. */
  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase())?.value
  }

  getHeaderKeys(): readonly string[] {
    return Array.from(this.#headers.values(), ({ name }) => name)
  }

  setHeader(name: string, value: string): void {
    this.#headers.set(name.toLowerCase(), { name, value })
  }

  getBody(): string {
    return textOf(this.#body)
  }

  setBody(body: string): void {
    this.#body = utf8(body)
  }

  getBodyAsBlob(): Uint8Array<ArrayBuffer> {
    return this.#body
  }

  setBodyAsBlob(body: Uint8Array): void {
    this.#body = new Uint8Array(body)
  }

  toString(): string {
    return `Status=${this.#status}, StatusCode=${this.#statusCode}`
  }
}
