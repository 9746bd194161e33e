import { type Checklist, pass } from '../journal/checklist.ts'
import { readToken } from '../secret.ts'
import type { ReadAuthorizeRequest } from './authorize-request.ts'
import { pushedRequestLifetime } from './push.ts'
import { type PushedRequest, type PushedRequestStore, requestUriShape } from './pushed-request.ts'
import { authorizeRefusal } from './refusal.ts'

interface Needs {
  readonly readRequest: ReadAuthorizeRequest
  readonly pushed: Pick<PushedRequestStore, 'find' | 'open'>
  readonly policy: 'off' | 'offered' | 'required'
  /** Whether a refusal goes back to the app, as in `AuthorizeRules`. */
  readonly returnsEarlyRefusals: boolean
  readonly now: () => Date
}

/** Seconds that a person may take, once the browser has come. */
export const answerWithin = 900

/**
 * Reads authorize requests that were pushed here, by their `request_uri` (RFC 9126 §4), and the others as before. A
 * browser has to come within a minute; the person may then take their time.
 */
export function readPushedRequests(needs: Needs): ReadAuthorizeRequest {
  const { readRequest, pushed, policy, returnsEarlyRefusals, now } = needs
  if (policy === 'off') return readRequest
  return async (sent, site, checks) => {
    const requestUri = sent.get('request_uri')
    if (requestUri?.startsWith(requestUriShape.prefix) === true) return byReference(requestUri, sent, site, checks)
    const read = await readRequest(sent, site, checks)
    if (policy === 'offered' || read.refused !== undefined) return read
    const refused = authorizeRefusal({ reason: 'push-required', facts: { app: read.app.label } })
    if (!returnsEarlyRefusals) throw refused
    return { ...read, refused }
  }

  async function byReference(
    requestUri: string,
    sent: ReadonlyMap<string, string>,
    ...[site, checks]: [Parameters<ReadAuthorizeRequest>[1], Checklist]
  ) {
    const presented = readToken(requestUriShape, requestUri)
    const finding = presented === undefined ? { state: 'unknown' as const } : await pushed.find(presented)
    if (finding.state === 'unknown') throw authorizeRefusal({ reason: 'request-uri-unknown', facts: {} })
    const { request, state } = finding
    const at = now()
    const clientId = sent.get('client_id')
    if (clientId === undefined) throw authorizeRefusal({ reason: 'client-id-missing', facts: {} })
    if (clientId !== request.parameters.get('client_id')) {
      throw authorizeRefusal({ reason: 'request-uri-of-another-app', facts: {} })
    }
    if (state === 'answered') {
      throw authorizeRefusal({ reason: 'request-uri-spent', facts: { pushed: request.pushedAt.toISOString() } })
    }
    checkAge(request, at)
    const read = await readRequest(request.parameters, site, checks)
    const openedAt = request.openedAt ?? (await pushed.open(request.id, at))
    pass(checks, 'request-kept', { pushed: request.pushedAt.toISOString() })
    // What the browser says besides the reference counts for nothing (RFC 9101 §6.3), nor is it carried on.
    const parameters = new Map([
      ['client_id', clientId],
      ['request_uri', requestUri],
    ])
    return { ...read, parameters, pushed: { id: request.id, openedAt } }
  }

  function checkAge({ pushedAt, openedAt }: PushedRequest, at: Date): void {
    const [since, lifetime] = openedAt === undefined ? [pushedAt, pushedRequestLifetime] : [openedAt, answerWithin]
    if (at.getTime() - since.getTime() <= lifetime * 1000) return
    const facts = { pushed: pushedAt.toISOString(), now: at.toISOString(), lifetime }
    throw authorizeRefusal({ reason: 'request-uri-expired', facts })
  }
}
