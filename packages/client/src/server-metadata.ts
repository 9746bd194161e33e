import { membersOf, readJson, textOf } from './encoding.ts'
import { endpointOf } from './login-host.ts'
import type { Asking } from './token-request.ts'
import { transport } from './transport.ts'

/** What a server says of itself, as far as a sign-in asks (RFC 8414 §2). */
export interface ServerMetadata {
  /** Where authorize requests are pushed; `undefined` where they are not (RFC 9126). */
  readonly pushedRequestEndpoint: URL | undefined
  /** Whether its answers always say who they are from (RFC 9207). */
  readonly saysIssuer: boolean
}

const nothing: ServerMetadata = { pushedRequestEndpoint: undefined, saysIssuer: false }

/** Asks a server for its metadata. One that has none, or speaks for another issuer, has said nothing. @throws {TransportError} */
export async function serverMetadata(login: URL, asking: Asking = {}): Promise<ServerMetadata> {
  const { transport: send = transport(), signal, timeout } = asking
  const url = endpointOf(login, '/.well-known/openid-configuration')
  const answer = await send({ method: 'GET', url, headers: { accept: 'application/json' } }, { signal, timeout })
  const members = answer.status === 200 ? membersOf(readJson(textOf(answer.body))) : undefined
  if (members?.get('issuer') !== login.href.replace(/\/$/, '')) return nothing
  const endpoint = members.get('pushed_authorization_request_endpoint')
  const pushed = typeof endpoint === 'string' ? URL.parse(endpoint) : null
  return {
    // Credentials are sent there: to the server that was asked, and to no other.
    pushedRequestEndpoint: pushed?.origin === login.origin ? pushed : undefined,
    saysIssuer: members.get('authorization_response_iss_parameter_supported') === true,
  }
}
