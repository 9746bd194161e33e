import { type Checklist, pass } from '../journal/checklist.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import type { Dpop } from '../tokens/dpop.ts'
import type { ReadAuthorizeRequest } from './authorize-request.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { checkKey, proofOf, spendProof } from './possession.ts'
import { type PushedRequestStore, requestUriShape } from './pushed-request.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** Seconds in which a browser must come with a pushed request. */
export const pushedRequestLifetime = 60

/** What a push is answered with (RFC 9126 §2.2). */
export interface PushResponse {
  readonly request_uri: string
  readonly expires_in: number
}

/** The pushed authorization request endpoint (RFC 9126): takes an authorize request that no browser can read or change. */
export type PushEndpoint = (request: TokenRequest, checks: Checklist) => Promise<PushResponse>

interface Needs {
  readonly readRequest: ReadAuthorizeRequest
  readonly authenticateClient: ClientAuthentication
  readonly pushed: Pick<PushedRequestStore, 'add'>
  readonly dpop: Dpop
  readonly now: () => Date
}

// What shows who the client is was looked at here, and is no part of the request.
const credentials = ['client_secret', 'client_assertion', 'client_assertion_type']

/**
 * Authenticates the app as for the exchange of a code, and checks the request as if a browser had brought it: what is wrong
 * is told at once.
 */
export function pushEndpoint({ readRequest, authenticateClient, pushed, dpop, now }: Needs): PushEndpoint {
  return async (request, checks) => {
    const proof = proofOf(request, dpop)
    const { app } = await authenticateClient(
      request,
      ({ isConsumerSecretOptional }) => (isConsumerSecretOptional ? undefined : 'Require Secret for Web Server Flow'),
      checks,
    )
    if (request.parameters.has('request_uri')) throw refusal({ reason: 'request-uri-pushed', facts: {} })
    await spendProof(proof, dpop, checks)
    const own = [...request.parameters].filter(([name]) => !credentials.includes(name))
    const key = proof?.thumbprint
    const named = request.parameters.get('dpop_jkt')
    if (key !== undefined) checkKey(key, named, checks)
    const parameters = new Map([...own, ['client_id', app.consumerKey]])
    // Whoever proves a key here need not name it besides (RFC 9449 §10.1).
    if (key !== undefined) parameters.set('dpop_jkt', key)
    const read = await readRequest(parameters, request.site, checks)
    if (read.refused !== undefined) throw read.refused
    const secret = randomText(requestUriShape.length)
    const id = await pushed.add({ hash: hashSecret(secret), appId: app.id, parameters, pushedAt: now() })
    pass(checks, 'request-kept', { seconds: pushedRequestLifetime })
    return { request_uri: tokenText(requestUriShape, id, secret), expires_in: pushedRequestLifetime }
  }
}
