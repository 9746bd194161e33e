import type { CertificateStore } from '../certificate-store.ts'
import { type Transport, transport } from '../transport.ts'
import {
  CalloutException,
  IllegalArgumentException,
  JWTBearerTokenExchangeException,
  JWTValidationException,
  NoAccessException,
  NoDataFoundException,
} from './exceptions.ts'
import { ApexHttp, type CalloutSender, type HttpContext } from './http.ts'
import { ApexHttpRequest } from './http-request.ts'
import { ApexHttpResponse } from './http-response.ts'
import { ApexJWS } from './jws.ts'
import { ApexJWT, type JwtDefaults } from './jwt.ts'
import { ApexJWTBearerTokenExchange } from './jwt-bearer-token-exchange.ts'
import { type ApexJWTUtil, jwtUtil } from './jwt-util.ts'

/** What an org has that Apex takes for granted. */
export interface ApexSurroundings {
  /** *Certificate and Key Management*. */
  readonly certificates: CertificateStore
  /** *Named Credentials*, for endpoints `callout:Name/path`. */
  readonly callouts?: CalloutSender
  /** *Remote Site Settings*: origins that may be called. Any when left out. */
  readonly remoteSites?: readonly string[]
  /** Sends with a client certificate, by its unique name. */
  readonly clientCertificates?: (uniqueName: string) => Transport
  readonly transport?: Transport
  /** Seconds from now to `exp` of a new `Auth.JWT`; 180 unless given. */
  readonly validityLength?: number
  /** Seconds by which `nbf` is before now; 30 unless given. */
  readonly nbfClockSkew?: number
  readonly now?: () => Date
}

/** The classes, by the names and in the namespaces that they have in Apex. */
export interface Apex {
  readonly Auth: {
    readonly JWT: new () => ApexJWT
    readonly JWS: new (claims: ApexJWT | string, certDevName: string) => ApexJWS
    readonly JWTBearerTokenExchange: (new (
      tokenEndpoint?: string,
      jws?: ApexJWS,
    ) => ApexJWTBearerTokenExchange) & {
      readonly JWTBearerTokenExchangeException: typeof JWTBearerTokenExchangeException
    }
    readonly JWTUtil: ApexJWTUtil
    readonly JWTValidationException: typeof JWTValidationException
  }
  readonly Http: new () => ApexHttp
  readonly HttpRequest: typeof ApexHttpRequest
  readonly HttpResponse: typeof ApexHttpResponse
  readonly System: {
    readonly CalloutException: typeof CalloutException
    readonly IllegalArgumentException: typeof IllegalArgumentException
    readonly NoAccessException: typeof NoAccessException
    readonly NoDataFoundException: typeof NoDataFoundException
  }
}

/**
 * Apex's classes for callouts and JWTs, over what is given. A snippet of Apex ports by `await` where Apex waits:
 *
 * ```ts
 * const { Auth, Http, HttpRequest } = apex({ certificates: await certificateFolder('certs') })
 * const jws = new Auth.JWS(jwt, 'OrgA_JWT')
 * const token = await new Auth.JWTBearerTokenExchange(tokenEndpoint, jws).getAccessToken()
 * ```
 */
export function apex(surroundings: ApexSurroundings): Apex {
  // One try for each callout, as in Apex: whoever calls decides whether to call again.
  const send = surroundings.transport ?? transport({ retries: 0 })
  const { certificates, validityLength = 180, nbfClockSkew = 30, now = () => new Date() } = surroundings
  const defaults: JwtDefaults = { validityLength, nbfClockSkew, now }
  const http: HttpContext = {
    transport: send,
    callouts: surroundings.callouts,
    remoteSites: surroundings.remoteSites,
    clientCertificates: surroundings.clientCertificates,
  }

  class JWT extends ApexJWT {
    constructor() {
      super(defaults)
    }
  }

  class JWS extends ApexJWS {
    constructor(claims: ApexJWT | string, certDevName: string) {
      super(certificates, claims, certDevName)
    }
  }

  class JWTBearerTokenExchange extends ApexJWTBearerTokenExchange {
    static readonly JWTBearerTokenExchangeException = JWTBearerTokenExchangeException

    constructor(tokenEndpoint?: string, jws?: ApexJWS) {
      super(send, tokenEndpoint, jws)
    }
  }

  class Http extends ApexHttp {
    constructor() {
      super(http)
    }
  }

  const JWTUtil = jwtUtil({ ...defaults, certificates, transport: send })
  return {
    Auth: { JWT, JWS, JWTBearerTokenExchange, JWTUtil, JWTValidationException },
    Http,
    HttpRequest: ApexHttpRequest,
    HttpResponse: ApexHttpResponse,
    System: { CalloutException, IllegalArgumentException, NoAccessException, NoDataFoundException },
  }
}
