import type { Authorize, NextStep } from '../../oauth/authorize.ts'
import { authorizePath, type ReadAuthorizeRequest, type ReturnableRequest } from '../../oauth/authorize-request.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { BrowserState, ReadBrowser } from '../browser.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { consentPath } from '../page-paths.ts'
import { ConsentPage, logoOrigins } from '../pages/consent.tsx'
import { FormExpiredPage } from '../pages/error.tsx'
import type { Reply } from '../reply.ts'
import { readForm } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { asBrowser, follow, parametersOf, sourceOf } from './authorize.ts'
import type { ConsentQuestion } from './consent-question.ts'

interface Needs {
  readonly readRequest: ReadAuthorizeRequest
  readonly authorize: Authorize
  readonly readBrowser: ReadBrowser
  readonly question: ConsentQuestion
}

/** `GET` of the consent page: asks, if there is still something to ask; else back to the authorize request. */
export function consentPage({ readRequest, authorize, readBrowser, question }: Needs): Answer {
  return async (visit) => {
    const request = await readRequest(
      parametersOf(queryParameter(visit.request, 'source') ?? ''),
      visit.site,
      visit.checks,
    )
    const browser = await readBrowser(visit)
    const step = await authorize.nextStep(request, visit.site, asBrowser(browser, visit), visit.checks)
    return step.go === 'consent' ? page(request, step, browser) : redirectTo(authorizePath(request.parameters), visit)
  }

  async function page(
    request: ReturnableRequest,
    { signedIn, scopes }: Extract<NextStep, { go: 'consent' }>,
    browser: BrowserState,
  ): Promise<Reply> {
    const { app } = request
    const source = sourceOf(request)
    const asked = await question({ app, scopes, signedIn })
    const element = ConsentPage({
      ...asked,
      goesTo: { redirectUri: request.redirectUri },
      decision: { action: consentPath, csrfToken: formToken(browser.formSecret, 'consent', source) },
      source,
      switchUser: { action: '/secur/logout.jsp', csrfToken: formToken(browser.formSecret, 'switch-user', source) },
      display: request.display,
    })
    return pageAnswer(element, { leadsToApp: true, images: logoOrigins(asked.app) })
  }
}

/** `POST` of the consent page: notes the person's answer and goes on. */
export function consentAnswer({ readRequest, authorize, readBrowser }: Needs): Answer {
  return async (visit) => {
    const form = await readForm(visit.request)
    const browser = await readBrowser(visit)
    const source = form.get('source') ?? ''
    if (!isFormToken(form.get('csrf_token'), browser.formSecret, 'consent', source)) return expired(visit, source)
    const request = await readRequest(parametersOf(source), visit.site, visit.checks)
    const isAllowed = form.get('decision') === 'allow'
    const step = await authorize.decide(request, visit.site, asBrowser(browser, visit), isAllowed, visit.checks)
    return follow(step, request, visit)
  }
}

function expired(visit: Visit, source: string): Reply {
  visit.refused = refusal({ reason: 'form-forged', facts: { form: 'consent' } })
  const startUrl = authorizePath(parametersOf(source))
  return pageAnswer(FormExpiredPage({ requestId: visit.requestId, startUrl }), { status: 403 })
}
