import { isCallout } from '../callout.ts'
import { NamedCredentialError } from '../named-credential-error.ts'
import { TokenError } from '../token-error.ts'
import type { IncomingAnswer, OutgoingRequest, Transport } from '../transport.ts'
import { TransportError } from '../transport-error.ts'
import { CalloutException } from './exceptions.ts'
import type { ApexHttpRequest } from './http-request.ts'
import { ApexHttpResponse } from './http-response.ts'

/** What sends for an endpoint `callout:Name/path`: {@link namedCredentials} does. */
export interface CalloutSender {
  send(
    request: OutgoingRequest & { readonly url: string },
    options: { readonly timeout: number },
  ): Promise<IncomingAnswer>
}

/** What `Http` sends by. */
export interface HttpContext {
  readonly transport: Transport
  readonly callouts: CalloutSender | undefined
  /** Origins that may be called, as *Remote Site Settings*; any when `undefined`. */
  readonly remoteSites: readonly string[] | undefined
  /** A transport that shows a certificate by TLS, by its unique name. */
  readonly clientCertificates: ((uniqueName: string) => Transport) | undefined
}

/** `Http`: sends requests (*Http Class*). */
export class ApexHttp {
  readonly #context: HttpContext

  constructor(context: HttpContext) {
    this.#context = context
  }

  /**
   * Sends a request and gives the answer, whatever its status. Redirects are not followed.
   * @throws {CalloutException} when there is no answer, or it may not be sent
   */
  async send(request: ApexHttpRequest): Promise<ApexHttpResponse> {
    const endpoint = request.getEndpoint()
    if (endpoint === '') throw new CalloutException('no protocol: set the endpoint first')
    const set = request.getBodyAsBlob()
    const body = set?.length === 0 ? undefined : set
    const method = methodOf(request.getMethod(), body !== undefined)
    const isCompressed = request.getCompressed() && body !== undefined
    const outgoing = {
      method,
      url: endpoint,
      headers: { ...request.headers(), ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}) },
      ...(body === undefined ? {} : { body: isCompressed ? await gzip(body) : body }),
    }
    const timeout = request.timeout()
    try {
      const answer = isCallout(endpoint)
        ? await this.#callouts().send(outgoing, { timeout })
        : await this.#transportFor(request)(outgoing, { timeout })
      return responseOf(answer)
    } catch (error) {
      throw calloutException(error)
    }
  }

  toString(): string {
    return 'System.Http[]'
  }

  #callouts(): CalloutSender {
    const { callouts } = this.#context
    if (callouts !== undefined) return callouts
    throw new CalloutException('There are no named credentials here: give them to apex({ callouts }).')
  }

  #transportFor(request: ApexHttpRequest): Transport {
    const { transport, remoteSites, clientCertificates } = this.#context
    const endpoint = request.getEndpoint()
    if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
      throw new CalloutException(`no protocol: an endpoint is an absolute URL, or callout:NamedCredential/path`)
    }
    const { origin } = new URL(endpoint)
    if (
      remoteSites !== undefined &&
      !remoteSites.some((site) => URL.canParse(site) && new URL(site).origin === origin)
    ) {
      throw new CalloutException(
        `Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${origin}`,
      )
    }
    const certificate = request.clientCertificateName()
    if (certificate === undefined) return transport
    if (clientCertificates !== undefined) return clientCertificates(certificate)
    throw new CalloutException(
      'Client certificates need a transport of their own: give it to apex({ clientCertificates }).',
    )
  }
}

/** Salesforce makes a POST of a GET that has a body; code that is refused for it there is to be refused here, too. */
function methodOf(set: string, hasBody: boolean): string {
  const method = set === '' ? 'GET' : set
  return method === 'GET' && hasBody ? 'POST' : method
}

/** An answer as Apex has it. */
export function responseOf(answer: IncomingAnswer): ApexHttpResponse {
  const response = new ApexHttpResponse()
  response.setStatusCode(answer.status)
  response.setStatus(answer.statusText)
  for (const [name, value] of answer.headers) response.setHeader(name, value)
  response.setBodyAsBlob(answer.body)
  return response
}

/** What a callout failed with, as the exception that Apex throws for it. The cause is kept. */
export function calloutException(error: unknown): unknown {
  if (error instanceof TransportError) {
    return new CalloutException(error.reason === 'timeout' ? 'Read timed out' : error.message, { cause: error })
  }
  if (error instanceof TokenError) {
    const said = error.errorDescription === undefined ? '' : ` Error description: ${error.errorDescription}.`
    return new CalloutException(`Unable to complete the JWT token exchange. Error: ${error.error}.${said}`, {
      cause: error,
    })
  }
  if (error instanceof NamedCredentialError) return new CalloutException(error.message, { cause: error })
  return error
}

async function gzip(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
