import type { DeviceConsent, DeviceQuestion, DeviceStep } from '../../oauth/device-consent.ts'
import { connectPath } from '../../oauth/device-request.ts'
import type { OAuthError } from '../../oauth/error.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { BrowserState, ReadBrowser } from '../browser.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { ConsentPage, logoOrigins } from '../pages/consent.tsx'
import { DeviceDonePage, DevicePage, type UserCodeProblem } from '../pages/device.tsx'
import type { Reply } from '../reply.ts'
import { readForm } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { asBrowser } from './authorize.ts'
import type { ConsentQuestion } from './consent-question.ts'

interface Needs {
  readonly consent: DeviceConsent
  readonly readBrowser: ReadBrowser
  readonly question: ConsentQuestion
}

/** Where a person comes to rest after the answer. */
export const deviceDonePath = `${connectPath}/done`

/** `GET` of the page where people type the code of their device. It looks nothing up. */
export function devicePage({ readBrowser }: Pick<Needs, 'readBrowser'>): Answer {
  return async (visit) => {
    const browser = await readBrowser(visit)
    return page(browser, queryParameter(visit.request, 'user_code'))
  }
}

/** `POST` of it: the code, or the answer to what is asked about it. People who are not signed in do so first. */
export function deviceAnswer({ consent, readBrowser, question: asked }: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'device'
    const form = await readForm(visit.request)
    const browser = await readBrowser(visit)
    const decision = form.get('decision')
    return decision === undefined ? typed(visit, form, browser) : decided(visit, form, browser, decision === 'allow')
  }

  async function typed(visit: Visit, form: ReadonlyMap<string, string>, browser: BrowserState): Promise<Reply> {
    const userCode = form.get('user_code') ?? ''
    if (!isFormToken(form.get('csrf_token'), browser.formSecret, 'device', connectPath)) {
      visit.refused = refusal({ reason: 'form-forged', facts: { form: 'connect a device' } })
      return page(browser, userCode, 'form-expired')
    }
    const step = await consent.ask(userCode, asBrowser(browser, visit), visit.site, visit.checks)
    return step.go === 'ask' ? question(step.question, browser) : again(visit, step, userCode, browser)
  }

  async function decided(
    visit: Visit,
    form: ReadonlyMap<string, string>,
    browser: BrowserState,
    isAllowed: boolean,
  ): Promise<Reply> {
    const userCode = form.get('source') ?? ''
    if (!isFormToken(form.get('csrf_token'), browser.formSecret, 'device consent', userCode)) {
      visit.refused = refusal({ reason: 'form-forged', facts: { form: 'consent' } })
      return page(browser, userCode, 'form-expired')
    }
    const step = await consent.answer(userCode, isAllowed, asBrowser(browser, visit), visit.site, visit.checks)
    if (step.go !== 'done') return again(visit, step, userCode, browser)
    return redirectTo(isAllowed ? deviceDonePath : `${deviceDonePath}?access=denied`, visit)
  }

  function again(
    visit: Visit,
    step: Exclude<DeviceStep, { go: 'ask' }>,
    userCode: string,
    browser: BrowserState,
  ): Reply {
    if (step.go === 'sign-in') {
      return redirectTo(`/?${new URLSearchParams({ ec: '302', startURL: pathWith(userCode) })}`, visit)
    }
    visit.refused = step.refused
    return page(browser, userCode, problemOf(step.refused))
  }

  async function question({ app, scopes, signedIn, userCode }: DeviceQuestion, browser: BrowserState): Promise<Reply> {
    const leave = `/secur/logout.jsp?${new URLSearchParams({ retURL: pathWith(userCode) })}`
    const words = await asked({ app, scopes, signedIn })
    const element = ConsentPage({
      ...words,
      goesTo: { device: userCode },
      decision: { action: connectPath, csrfToken: formToken(browser.formSecret, 'device consent', userCode) },
      source: userCode,
      switchUser: { action: leave, csrfToken: formToken(browser.formSecret, 'switch-user', userCode) },
    })
    return pageAnswer(element, { images: logoOrigins(words.app) })
  }
}

/** `GET` of the page after the answer. */
export const deviceDoneAnswer: Answer = async ({ request }) =>
  pageAnswer(DeviceDonePage({ isAllowed: queryParameter(request, 'access') !== 'denied' }))

function page(browser: BrowserState, userCode: string | undefined, problem?: UserCodeProblem): Reply {
  const element = DevicePage({
    form: { action: connectPath, csrfToken: formToken(browser.formSecret, 'device', connectPath) },
    userCode: userCode?.slice(0, 16),
    problem,
  })
  const status = problem === undefined ? 200 : problem === 'unknown' ? 400 : problem === 'form-expired' ? 403 : 429
  return pageAnswer(element, { status, cookies: browser.newCookies })
}

function problemOf({ refusal: { reason } }: OAuthError): UserCodeProblem {
  return reason === 'user-code-tried-too-often' ? 'too-many-tries' : 'unknown'
}

function pathWith(userCode: string): string {
  return `${connectPath}?${new URLSearchParams({ user_code: userCode.slice(0, 16) })}`
}
