import type { ProviderLogout } from '../../oauth/provider-logout.ts'
import { type ReadBrowser, setCookie } from '../browser.ts'
import { queryParameter } from '../incoming.ts'
import { redirectTo } from '../page-answer.ts'
import type { Answer } from '../visit.ts'
import { type FarewellNeeds, farewell } from './farewell.ts'
import { follow, messageIn } from './saml.ts'

interface Needs extends FarewellNeeds {
  readonly providerLogout: ProviderLogout
  readonly readBrowser: ReadBrowser
}

/** `GET|POST /services/auth/sp/saml2/logout`: an identity provider signs people out here, or says that it has. */
export function providerLogoutAnswer(needs: Needs): Answer {
  const { providerLogout, readBrowser } = needs
  return async (visit) => {
    visit.checks.flow = 'saml-logout'
    const { request, site, checks } = visit
    const [so, sc] = [queryParameter(request, 'so'), queryParameter(request, 'sc')]
    const ticket = request.method === 'GET' ? queryParameter(request, 'continue') : undefined
    if (ticket !== undefined) {
      const isPartial = queryParameter(request, 'partial') !== undefined
      return follow(await providerLogout.goOn(ticket, { so, isPartial }, site, checks), [], visit)
    }
    const brought = await messageIn(visit, ['SAMLRequest', 'SAMLResponse'])
    // Asked before anything ends: a session that is over is no browser's any more.
    const { session, unverified, cookieNames } = await readBrowser(visit)
    const said = await providerLogout.receive(brought, { so, sc }, site, checks)
    if (said.go === 'landed') return follow({ go: 'done', next: said.next }, [], visit)
    if (said.go === 'refused') {
      visit.refused = said.refused
      return redirectTo(said.next, visit)
    }
    const isHere = said.sessions.some(({ id }) => id === (session ?? unverified)?.id)
    const cookies = isHere ? [setCookie(cookieNames, cookieNames.session, '', 0)] : []
    return farewell(needs, visit, said.sessions, { next: said.next, ifPartial: '&partial=1', cookies })
  }
}
