import { isDeviceRequest, type RequestDevice } from '../../oauth/device-request.ts'
import type { IntrospectEndpoint } from '../../oauth/introspect.ts'
import type { PushEndpoint } from '../../oauth/push.ts'
import type { RevokeEndpoint } from '../../oauth/revoke.ts'
import type { TokenEndpoint } from '../../oauth/token.ts'
import type { Dpop } from '../../tokens/dpop.ts'
import { formattedAnswer, jsonAnswer } from '../answer.ts'
import { offerNonce } from '../possession.ts'
import { type ReadingRules, readParameters, readTokenRequest } from '../request.ts'
import type { Answer } from '../visit.ts'

/** `POST /services/oauth2/token`: tokens, or the codes of a device. */
export function tokenAnswer(
  token: TokenEndpoint,
  requestDevice: RequestDevice,
  dpop: Dpop,
  rules: ReadingRules,
): Answer {
  return async (visit) => {
    const request = await readTokenRequest(visit, rules)
    if (request.proof !== undefined) offerNonce(visit, dpop)
    const response = await (isDeviceRequest(request) ? requestDevice : token)(request, visit.checks)
    const format = request.parameters.get('format')
    // Nearly every caller wants JSON; only the others are worth a look at their Accept header.
    if (format === undefined && !namesOtherFormat(visit.request.header('accept'))) return jsonAnswer(response)
    return formattedAnswer(visit, { ...response }, format, 'OAuth')
  }
}

/** `POST /services/oauth2/par` (RFC 9126) */
export function pushAnswer(push: PushEndpoint, dpop: Dpop, rules: ReadingRules): Answer {
  return async (visit) => {
    visit.checks.flow = 'push'
    const request = await readTokenRequest(visit, rules)
    if (request.proof !== undefined) offerNonce(visit, dpop)
    return jsonAnswer(await push(request, visit.checks), 201)
  }
}

/** `POST /services/oauth2/introspect` (RFC 7662) */
export function introspectAnswer(introspect: IntrospectEndpoint, rules: ReadingRules): Answer {
  return async (visit) => {
    visit.checks.flow = 'introspect'
    return jsonAnswer(await introspect(await readTokenRequest(visit, rules), visit.checks))
  }
}

/** `GET|POST /services/oauth2/revoke` (RFC 7009): an empty answer of JSON type, which some clients insist on. */
export function revokeAnswer(revoke: RevokeEndpoint, rules: ReadingRules): Answer {
  return async (visit) => {
    visit.checks.flow = 'revoke'
    const isGet = visit.request.method === 'GET' && !rules.refusesCredentialsInQuery
    const request = isGet
      ? { parameters: await readParameters(visit), basic: undefined, proof: undefined, ...visit }
      : await readTokenRequest(visit, rules)
    await revoke(request, visit.checks)
    return { ...jsonAnswer({}), body: '' }
  }
}

function namesOtherFormat(accept: string | undefined): boolean {
  return accept !== undefined && (accept.includes('xml') || accept.includes('urlencoded'))
}
