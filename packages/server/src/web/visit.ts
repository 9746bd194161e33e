import type { Clock } from '../clock.ts'
import { isInRanges } from '../ip-range.ts'
import { type Checklist, checklist, orgConcerned } from '../journal/checklist.ts'
import { type JournalEntry, type JournalStore, outcomeOf } from '../journal/journal.ts'
import type { Meter } from '../metrics/meter.ts'
import { OAuthError } from '../oauth/error.ts'
import { causeHeader } from '../oauth/explanation.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import { RestError } from '../rest/error.ts'
import { randomText } from '../secret.ts'
import { Unavailable } from '../unavailable.ts'
import { jsonAnswer } from './answer.ts'
import type { Incoming } from './incoming.ts'
import { pageAnswer } from './page-answer.ts'
import { ServerErrorPage } from './pages/error.tsx'
import { type Reply, wantsPage, withHeaders } from './reply.ts'
import type { Handler, PathParameters } from './router.ts'

/** A request, as far as every endpoint wants to know it. */
export interface Visit {
  readonly request: Incoming
  readonly params: PathParameters
  readonly site: Site
  readonly sourceIp: string
  readonly userAgent: string
  /** Whether a trusted proxy says that the caller came by plain http. */
  readonly isPlain: boolean
  /** On every answer as `x-request-id`, and in the journal. */
  readonly requestId: string
  readonly checks: Checklist
  /** A refusal that does not look like one, such as an error sent back to its app. */
  refused: Refused | undefined
  /** What its answer says in headers besides its own; names in lower case. */
  readonly headers: Record<string, string>
}

/** What rules throw: in the words of the OAuth endpoints or in those of the REST API. */
export type Refused = OAuthError | RestError

/** Answers a visit. @throws {Refused} for a refusal */
export type Answer = (visit: Visit) => Promise<Reply>

/** Shows a refusal in the manner of an endpoint. */
export type ShowRefusal = (error: Refused, visit: Visit) => Reply

/** Makes a handler of an answer: reads who asks where, keeps the journal, and turns what is thrown into an answer. */
export type Receive = (endpoint: Endpoint, answer: Answer, show: ShowRefusal) => Handler

/**
 * The name under which requests are journalled, or only those of them that are refused; `undefined` for what is no
 * protocol request, such as a health check.
 */
export type Endpoint = string | { readonly refusalsOf: string } | undefined

interface Needs {
  readonly addresses: Pick<Addresses, 'siteOf'>
  readonly journal: Pick<JournalStore, 'add'>
  readonly trustedProxies: readonly string[]
  readonly showsCauses: boolean
  readonly meter: Pick<Meter, 'answered'>
  readonly onError: (error: unknown, requestId: string) => void
  readonly now: Clock
}

/** The way in for every protocol request. */
export function receive(needs: Needs): Receive {
  const { addresses, journal, showsCauses, meter, onError, now } = needs
  const proxies = needs.trustedProxies.map((address) => ({ start: address, end: address }))

  return (endpoint, answer, show) => async (request, params) => {
    const at = now()
    const begin = performance.now()
    const requestId = newRequestId(at)
    const site = await siteOf(request, requestId)
    if ('problem' in site) return withHeaders(serverError(request, requestId, site.problem), commonHeaders(requestId))
    const visit: Visit = {
      request,
      params,
      site,
      sourceIp: sourceIpOf(request),
      userAgent: (request.header('user-agent') ?? 'Unknown').slice(0, 255),
      isPlain: isPlain(request),
      requestId,
      checks: checklist(),
      refused: undefined,
      headers: {},
    }
    const reply = await answered(visit, answer, show)
    const name = typeof endpoint === 'object' ? endpoint.refusalsOf : endpoint
    if (name !== undefined) {
      count(name, visit, reply.status, at, begin)
      if (typeof endpoint === 'string' || visit.refused !== undefined) {
        journal.add(entryOf(name, visit, reply.status, at)).catch((error) => onError(error, visit.requestId))
      }
    }
    return withHeaders(reply, { ...commonHeaders(requestId, visit.refused), ...visit.headers })
  }

  function count(endpoint: string, visit: Visit, status: number, at: Date, begin: number): void {
    const { request, requestId, checks, refused } = visit
    const outcome = outcomeOf({ refusal: refused?.refusal, status })
    const reason = refused?.refusal.reason
    meter.answered({
      endpoint,
      flow: checks.flow,
      outcome,
      reason,
      requestId,
      method: request.method,
      status,
      at,
      seconds: (performance.now() - begin) / 1000,
      traceparent: request.header('traceparent'),
    })
  }

  function commonHeaders(requestId: string, refused?: Refused): Readonly<Record<string, string>> {
    const common = { 'x-content-type-options': 'nosniff', 'x-request-id': requestId }
    return showsCauses && refused !== undefined
      ? { ...common, 'x-sallyport-cause': causeHeader(refused.refusal) }
      : common
  }

  /** Why it could not be found out, when it could not, which has been reported. */
  async function siteOf(request: Incoming, requestId: string): Promise<Site | { readonly problem: unknown }> {
    try {
      return await addresses.siteOf(request.header('host'))
    } catch (error) {
      onError(error, requestId)
      return { problem: error }
    }
  }

  async function answered(visit: Visit, answer: Answer, show: ShowRefusal): Promise<Reply> {
    try {
      try {
        return await answer(visit)
      } catch (error) {
        if (!(error instanceof OAuthError || error instanceof RestError)) throw error
        visit.refused = error
        return show(error, visit)
      }
    } catch (error) {
      // What must never happen: reported whole, and told as no more than that it did.
      onError(error, visit.requestId)
      return serverError(visit.request, visit.requestId, error)
    }
  }

  function isPlain(request: Incoming): boolean {
    if (proxies.length === 0 || !isInRanges(peerOf(request), proxies)) return false
    // Of several proxies in a row, the first is the one that the caller reached.
    return /^\s*http\s*(?:,|$)/i.test(request.header('x-forwarded-proto') ?? '')
  }

  function sourceIpOf(request: Incoming): string {
    const peer = peerOf(request)
    if (proxies.length === 0 || !isInRanges(peer, proxies)) return peer
    // The nearest address that is not a proxy of ours is the last one that can be believed.
    const chain = (request.header('x-forwarded-for') ?? '').split(',').map((address) => address.trim())
    return chain.findLast((address) => address !== '' && !isInRanges(address, proxies)) ?? peer
  }
}

function peerOf({ peer }: Incoming): string {
  return peer.replace(/^::ffff:/, '')
}

function serverError(request: Incoming, requestId: string, error: unknown): Reply {
  if (error instanceof Unavailable) return withHeaders(unavailable(request, requestId), { 'retry-after': '1' })
  if (wantsPage(request)) return pageAnswer(ServerErrorPage({ requestId }), { status: 500 })
  return jsonAnswer({ error: 'server_error', error_description: 'unexpected error' }, 500)
}

/** The same request may succeed in a moment, here or on another node. */
function unavailable(request: Incoming, requestId: string): Reply {
  if (wantsPage(request)) return pageAnswer(ServerErrorPage({ requestId }), { status: 503 })
  const message = 'temporarily unavailable, try again'
  // The REST API has a form of its own, which its clients read.
  if (request.path.startsWith('/services/data/')) {
    return jsonAnswer([{ message, errorCode: 'SERVER_UNAVAILABLE' }], 503)
  }
  return jsonAnswer({ error: 'service_unavailable', error_description: message }, 503)
}

function entryOf(endpoint: string, visit: Visit, status: number, at: Date): JournalEntry {
  const { checks, refused, requestId, site, sourceIp } = visit
  const { flow, appId, userId, passed } = checks
  const error = refused instanceof OAuthError ? refused.code : refused?.errorCode
  return {
    requestId,
    at,
    endpoint,
    flow,
    orgId: orgConcerned(checks, site.org),
    appId,
    userId,
    sourceIp,
    status,
    error,
    passed,
    refusal: refused?.refusal,
  }
}

/** Later requests sort after earlier ones; nobody can guess the next. */
function newRequestId(at: Date): string {
  return `${at.getTime().toString(36)}${randomText(10).replaceAll(/[._]/g, '0')}`
}
