import { isDeviceRequest, type RequestDevice } from '../../oauth/device-request.ts'
import { OAuthError } from '../../oauth/error.ts'
import type { IntrospectEndpoint } from '../../oauth/introspect.ts'
import type { PushEndpoint } from '../../oauth/push.ts'
import type { RevokeEndpoint } from '../../oauth/revoke.ts'
import type { TokenEndpoint } from '../../oauth/token.ts'
import type { Dpop } from '../../tokens/dpop.ts'
import { formattedAnswer, jsonAnswer, scriptAnswer } from '../answer.ts'
import { type Document, readCallback } from '../format.ts'
import { offerNonce } from '../possession.ts'
import { type ReadingRules, readParameters, readTokenRequest } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'

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

/**
 * `GET|POST /services/oauth2/revoke` (RFC 7009): an empty answer of JSON type, which some clients insist on. Where GET
 * names a `callback`, the answer is a script that calls it (JSONP), as Salesforce has it for pages.
 */
export function revokeAnswer(revoke: RevokeEndpoint, rules: ReadingRules): Answer {
  return async (visit) => {
    visit.checks.flow = 'revoke'
    if (visit.request.method !== 'GET' || rules.refusesCredentialsInQuery) {
      await revoke(await readTokenRequest(visit, rules), visit.checks)
      return { ...jsonAnswer({}), body: '' }
    }
    const parameters = await readParameters(visit)
    const callback = readCallback(parameters.get('callback'), undefined)
    const request = { parameters, basic: undefined, proof: undefined, ...visit }
    if (callback.ok && callback.callback !== undefined) {
      return scriptAnswer(callback.callback, await outcomeForScript(() => revoke(request, visit.checks), visit))
    }
    await revoke(request, visit.checks)
    return { ...jsonAnswer({}), body: '' }
  }
}

/** What a script is called with: a refusal, too, since no browser runs a script that comes with an error's status. */
async function outcomeForScript(revoke: () => Promise<void>, visit: Visit): Promise<Document> {
  try {
    await revoke()
    return {}
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    visit.refused = error
    return { error: error.code, error_description: error.description }
  }
}

function namesOtherFormat(accept: string | undefined): boolean {
  return accept !== undefined && (accept.includes('xml') || accept.includes('urlencoded'))
}
