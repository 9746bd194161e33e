import type { Frontdoor } from '../../oauth/frontdoor.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { SessionStore } from '../../sessions/session.ts'
import { jsonAnswer } from '../answer.ts'
import type { ReadBearer } from '../bearer.ts'
import { type ReadBrowser, setCookie } from '../browser.ts'
import { queryParameter } from '../incoming.ts'
import { localPath } from '../local-path.ts'
import { redirectTo } from '../page-answer.ts'
import { readParameters } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'

interface Needs {
  readonly frontdoor: Frontdoor
  readonly readBearer: ReadBearer
  readonly readBrowser: ReadBrowser
  readonly sessions: Pick<SessionStore, 'end'>
  /** Whether access tokens in the query string are refused (RFC 6750 §2.3). */
  readonly refusesTokenInQuery: boolean
}

/** `GET|POST /services/oauth2/singleaccess`: a URL that takes a browser into the session of an access token, once. */
export function singleAccessAnswer({ frontdoor, readBearer }: Needs): Answer {
  return async (visit) => {
    const parameters = await readParameters(visit)
    const access = await readBearer(visit, parameters)
    if (!access.ok) throw refusal(access.refusal)
    const asked = parameters.get('redirect_uri') ?? '/'
    const path = localPath(asked.startsWith('/') ? asked : `/${asked}`)
    if (path === undefined || asked.includes('://')) {
      throw refusal({ reason: 'path-not-local', facts: { found: asked.slice(0, 256) } })
    }
    return jsonAnswer({ frontdoor_uri: await frontdoor.singleAccess(access, path, visit.site, visit.checks) })
  }
}

/** `GET|POST /secur/frontdoor.jsp`: signs the browser in by what its URL or form carries, and goes on to a page of ours. */
export function frontdoorAnswer(needs: Needs): Answer {
  return async (visit) => {
    // Whoever only looks ahead must not use up what is good for one use.
    if (isLook(visit)) return { status: 503, headers: { 'cache-control': 'no-store', 'retry-after': '1' }, body: '' }
    const browser = await needs.readBrowser(visit)
    const { cookie, startUrl } = await open(needs, visit)
    // The browser forgets the session it had; whoever else knows of that one must not keep it.
    if (browser.session !== undefined) await needs.sessions.end(browser.session.id)
    const names = browser.cookieNames
    return redirectTo(startUrl, visit, [
      setCookie(names, names.session, cookie),
      setCookie(names, names.browser, '', 0),
    ])
  }
}

async function open({ frontdoor, readBearer, refusesTokenInQuery }: Needs, visit: Visit) {
  const parameters = await readParameters(visit)
  const otp = parameters.get('otp')
  const sid = parameters.get('sid')
  if (otp !== undefined) return frontdoor.openByPass(otp, visit.site, visit.sourceIp, visit.checks)
  if (sid === undefined) throw refusal({ reason: 'frontdoor-empty', facts: {} })
  if (refusesTokenInQuery && queryParameter(visit.request, 'sid') !== undefined) {
    throw refusal({ reason: 'token-in-query', facts: { parameter: 'sid' } })
  }
  const access = await readBearer(visit, new Map([['access_token', sid]]))
  if (!access.ok) throw refusal(access.refusal)
  const startUrl = localPath(parameters.get('retURL') ?? parameters.get('startURL')) ?? '/'
  return frontdoor.openByToken(access, startUrl, visit.sourceIp, visit.checks)
}

function isLook({ request }: Visit): boolean {
  return request.method === 'HEAD' || /prefetch|preview/i.test(request.header('sec-purpose') ?? '')
}
