import { membersOf, readJson } from '../encoding.ts'
import { jwtBearerGrantType } from '../jwt-bearer.ts'
import type { Transport } from '../transport.ts'
import { IllegalArgumentException, JWTBearerTokenExchangeException } from './exceptions.ts'
import { calloutException, responseOf } from './http.ts'
import type { ApexHttpResponse } from './http-response.ts'
import type { ApexJWS } from './jws.ts'

/**
 * `Auth.JWTBearerTokenExchange`: posts a signed JWT to a token endpoint (*JWTBearerTokenExchange Class*, RFC 7523 §2.1). Each
 * call of `getAccessToken` or `getHttpResponse` posts once; nothing is kept.
 */
export class ApexJWTBearerTokenExchange {
  readonly #transport: Transport
  #tokenEndpoint: string | undefined
  #jws: ApexJWS | undefined
  #grantType = jwtBearerGrantType

  constructor(transport: Transport, tokenEndpoint?: string, jws?: ApexJWS) {
    this.#transport = transport
    this.#tokenEndpoint = tokenEndpoint
    this.#jws = jws
  }

  /**
   * The access token.
   * @throws {JWTBearerTokenExchangeException} `Error <status>: <body>` when there is none in the answer
   * @throws {CalloutException} when there is no answer
   */
  async getAccessToken(): Promise<string> {
    const response = await this.getHttpResponse()
    const token = membersOf(readJson(response.getBody()))?.get('access_token')
    if (response.getStatusCode() === 200 && typeof token === 'string' && token !== '') return token
    throw new JWTBearerTokenExchangeException(`Error ${response.getStatusCode()}: ${shown(response)}`)
  }

  /** The whole answer, also a refusal. @throws {CalloutException} when there is none */
  async getHttpResponse(): Promise<ApexHttpResponse> {
    const url = this.#tokenEndpoint
    if (url === undefined || !URL.canParse(url)) {
      throw new IllegalArgumentException('The token endpoint is an absolute URL: https://<host>/services/oauth2/token.')
    }
    if (this.#jws === undefined) throw new IllegalArgumentException('There is no JWS to exchange: setJWS.')
    const assertion = await this.#jws.getCompactSerialization()
    const body = new URLSearchParams({ grant_type: this.#grantType, assertion }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    try {
      return responseOf(await this.#transport({ method: 'POST', url, headers, body }, { timeout: 120_000 }))
    } catch (error) {
      throw calloutException(error)
    }
  }

  getGrantType(): string {
    return this.#grantType
  }

  setGrantType(grantType: string): void {
    this.#grantType = grantType
  }

  getJWS(): ApexJWS | undefined {
    return this.#jws
  }

  setJWS(jws: ApexJWS): void {
    this.#jws = jws
  }

  getTokenEndpoint(): string | undefined {
    return this.#tokenEndpoint
  }

  setTokenEndpoint(tokenEndpoint: string): void {
    this.#tokenEndpoint = tokenEndpoint
  }

  clone(): ApexJWTBearerTokenExchange {
    const copy = new ApexJWTBearerTokenExchange(this.#transport, this.#tokenEndpoint, this.#jws)
    copy.#grantType = this.#grantType
    return copy
  }
}

/** What the body says, without the token that may stand in one that is no success. */
function shown(response: ApexHttpResponse): string {
  return response
    .getBody()
    .slice(0, 2000)
    .replace(/("(?:access|refresh|id)_token"\s*:\s*)"[^"]*"/g, '$1"…"')
}
