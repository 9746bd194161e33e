import { textOf, utf8 } from '../encoding.ts'
import { CalloutException } from './exceptions.ts'

const methods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'TRACE']
const mostHeaderCharacters = 100_000
// What asynchronous Apex may send; synchronous Apex half of it.
const mostBodyBytes = 12_000_000

/** `HttpRequest`: what `Http.send` sends (*HttpRequest Class*). */
export class ApexHttpRequest {
  #endpoint = ''
  #method = ''
  #timeout = 10_000
  #body: Uint8Array<ArrayBuffer> | undefined
  #isCompressed = false
  #clientCertificateName: string | undefined
  readonly #headers = new Map<string, { readonly name: string; readonly value: string }>()

  /** @param endpoint an absolute URL, or `callout:NamedCredential/path?query` */
  setEndpoint(endpoint: string): void {
    this.#endpoint = endpoint
  }

  getEndpoint(): string {
    return this.#endpoint
  }

  /** @throws {CalloutException} for a method that Apex does not send */
  setMethod(method: string): void {
    const known = method.toUpperCase()
    if (!methods.includes(known)) throw new CalloutException(`Method must be one of ${methods.join(', ')}.`)
    this.#method = known
  }

  getMethod(): string {
    return this.#method
  }

  /** Sets a header; its name means the same in capitals. @throws {CalloutException} for what no header may be */
  setHeader(name: string, value: string): void {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\r\n\0]/.test(value)) {
      throw new CalloutException('A header has a name of letters, digits and dashes, and a value of one line.')
    }
    if (name.length + value.length > mostHeaderCharacters) throw new CalloutException('A header is longer than 100 KB.')
    this.#headers.set(name.toLowerCase(), { name, value })
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase())?.value
  }

  /** All headers, as they were set. Not in Apex. */
  headers(): Readonly<Record<string, string>> {
    return Object.fromEntries(Array.from(this.#headers.values(), ({ name, value }) => [name, value]))
  }

  setBody(body: string): void {
    this.setBodyAsBlob(utf8(body))
  }

  getBody(): string {
    return this.#body === undefined ? '' : textOf(this.#body)
  }

  /** @throws {CalloutException} when it is longer than 12 MB */
  setBodyAsBlob(body: Uint8Array): void {
    if (body.length > mostBodyBytes) throw new CalloutException(`Exceeded max size limit of ${mostBodyBytes}`)
    this.#body = new Uint8Array(body)
  }

  getBodyAsBlob(): Uint8Array<ArrayBuffer> | undefined {
    return this.#body
  }

  /** @param document anything that writes itself as XML */
  setBodyDocument(document: { toXmlString(): string }): void {
    this.setBody(document.toXmlString())
  }

  /** @param milliseconds from 1 to 120,000; 10,000 unless set @throws {CalloutException} for others */
  setTimeout(milliseconds: number): void {
    if (!Number.isInteger(milliseconds) || milliseconds < 1 || milliseconds > 120_000) {
      throw new CalloutException('Timeout must be between 1 and 120000')
    }
    this.#timeout = milliseconds
  }

  /** Milliseconds. Not in Apex. */
  timeout(): number {
    return this.#timeout
  }

  /** Whether the body is sent compressed (gzip). */
  setCompressed(isCompressed: boolean): void {
    this.#isCompressed = isCompressed
  }

  getCompressed(): boolean {
    return this.#isCompressed
  }

  /** @param uniqueName of the certificate that TLS shows to the other side */
  setClientCertificateName(uniqueName: string): void {
    this.#clientCertificateName = uniqueName
  }

  /** Not in Apex. */
  clientCertificateName(): string | undefined {
    return this.#clientCertificateName
  }

  toString(): string {
    return `Endpoint=${this.#endpoint}, Method=${this.#method}`
  }
}
