import type { AuthProviderStore } from '../../auth-providers/auth-provider.ts'
import type { ReadAuthorizeRequest } from '../../oauth/authorize-request.ts'
import { authorizeRefusal, refusal } from '../../oauth/refusal.ts'
import type { SamlSignIn } from '../../oauth/saml-sign-in.ts'
import type { SamlSsoConfigStore } from '../../saml/sso-config.ts'
import type { SessionStore } from '../../sessions/session.ts'
import type { SignIn } from '../../sessions/sign-in.ts'
import type { BrowserState, ReadBrowser } from '../browser.ts'
import { setCookie } from '../browser.ts'
import { readCookie } from '../cookies.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { verificationUrl } from '../page-paths.ts'
import { type DemoUser, SignInPage, type SignInProblem } from '../pages/sign-in.tsx'
import type { Reply } from '../reply.ts'
import { readForm } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { providerLinks } from './auth-provider.ts'
import { errorUrl } from './authorize.ts'
import { type Destination, destinationOf, leadsToConsent } from './destination.ts'
import { type RefusedSignIn, refusedSignInCookie, takeRefusedSignIn } from './refused-sign-in.ts'
import { samlArrival, samlLinks } from './saml-sign-in.ts'

interface Needs {
  readonly signIn: SignIn
  readonly readBrowser: ReadBrowser
  readonly sessions: Pick<SessionStore, 'end'>
  readonly readRequest: ReadAuthorizeRequest
  /** Those with which people sign in at their org's own address. */
  readonly authProviders: Pick<AuthProviderStore, 'list'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  readonly samlSignIn: SamlSignIn
  readonly demoUsers: readonly DemoUser[]
}

const rememberedFor = 90 * 86_400

/** `GET /` with somewhere to go, or with nobody signed in: the sign-in page. */
export function signInPage(needs: Needs): Answer {
  const { readBrowser, readRequest } = needs
  return async (visit) => {
    const browser = await readBrowser(visit)
    const destination = await destinationOf(queryParameter(visit.request, 'startURL'), visit.site, readRequest)
    const { refused, cookies } = takeRefusedSignIn(browser, visit.request.header('cookie'))
    const username = destination.request?.loginHint ?? queryParameter(visit.request, 'un')
    return page(needs, visit, browser, destination, { username, ...refused, cookies })
  }
}

/** `POST /`: signs in and goes on, or back to the form, which says what is wrong; or takes the word of an identity provider (SAML). */
export function signInAnswer(needs: Needs): Answer {
  const { signIn, readBrowser, sessions, readRequest } = needs
  return async (visit) => {
    visit.checks.flow = 'sign-in'
    const form = await readForm(visit.request)
    const response = form.get('SAMLResponse')
    if (response !== undefined) {
      const to = await destinationOf(form.get('RelayState'), visit.site, readRequest)
      return samlArrival(needs, visit, response, to)
    }
    const browser = await readBrowser(visit)
    const destination = await destinationOf(form.get('startURL'), visit.site, readRequest)
    const username = form.get('username') ?? form.get('un')
    const password = form.get('pw')
    const remember = form.has('rememberUn')
    // By a page that is asked for by itself: who goes back to it later sends no password a second time.
    const again = (problem: RefusedSignIn['problem'], status: RefusedSignIn['status']) =>
      redirectTo(`/?${new URLSearchParams({ startURL: destination.startUrl })}`, visit, [
        ...browser.newCookies,
        refusedSignInCookie(browser, { username, remember, problem, status }),
      ])

    if (!isFormToken(form.get('csrf_token'), browser.formSecret, 'sign-in', destination.startUrl)) {
      visit.refused = refusal({ reason: 'form-forged', facts: { form: 'sign-in' } })
      // At once: perhaps this browser keeps no cookies, and would hear nothing of it.
      return page(needs, visit, browser, destination, { username, remember, problem: 'form-expired', status: 403 })
    }
    if (username === undefined) return again('username-missing', 400)
    if (password === undefined) return again('password-missing', 400)
    const { site, sourceIp, userAgent } = visit
    const app = destination.request?.app
    const result = await signIn({ username, password, site, sourceIp, userAgent, app }, visit.checks)
    if (!result.ok && result.refusal.reason === 'user-api-only' && leadsToConsent(destination)) {
      // The password was right: whoever typed it may know that it is not the password.
      const refused = authorizeRefusal(result.refusal)
      visit.refused = refused
      return redirectTo(errorUrl(refused, visit), visit, browser.newCookies)
    }
    if (!result.ok) {
      visit.refused = refusal(result.refusal)
      // One status, one text and one time for every cause but a full queue.
      if (result.refusal.reason !== 'password-busy') return again('refused', 401)
      return page(needs, visit, browser, destination, { username, remember, problem: 'refused', status: 503 })
    }
    // The browser forgets the session it had; whoever else knows of that one must not keep it.
    const before = browser.session ?? browser.unverified
    if (before !== undefined) await sessions.end(before.id)
    const names = browser.cookieNames
    const next = result.awaitsVerification ? verificationUrl(destination.startUrl) : destination.startUrl
    return redirectTo(next, visit, [
      setCookie(names, names.session, result.cookie),
      setCookie(names, names.browser, '', 0),
      setCookie(
        names,
        `${names.browser}-un`,
        remember ? encodeURIComponent(username) : '',
        remember ? rememberedFor : 0,
      ),
    ])
  }
}

async function page(
  { authProviders, samlSsoConfigs, demoUsers }: Pick<Needs, 'authProviders' | 'samlSsoConfigs' | 'demoUsers'>,
  visit: Visit,
  browser: BrowserState,
  { startUrl, request }: Destination,
  shown: {
    readonly username: string | undefined
    readonly remember?: boolean
    readonly problem?: SignInProblem
    readonly status?: number
    readonly cookies?: readonly string[]
  },
): Promise<Reply> {
  const { org, base } = visit.site
  const remembered = rememberedUsername(visit, browser)
  const element = SignInPage({
    action: '/',
    csrfToken: formToken(browser.formSecret, 'sign-in', startUrl),
    place: org === undefined ? { at: 'login-host', host: new URL(base).host } : { at: 'org', orgName: org.name },
    appName: request?.app.label,
    startUrl,
    username: shown.username ?? remembered,
    rememberUsername: shown.remember ?? remembered !== undefined,
    problem: shown.problem,
    display: request?.display,
    providers:
      org === undefined
        ? []
        : [
            ...samlLinks(await samlSsoConfigs.list(org.id), startUrl),
            ...providerLinks(await authProviders.list(org.id), startUrl),
          ],
    demoUsers,
  })
  return pageAnswer(element, {
    status: shown.status ?? 200,
    cookies: [...browser.newCookies, ...(shown.cookies ?? [])],
    leadsToApp: request !== undefined,
  })
}

function rememberedUsername({ request }: Visit, { cookieNames }: BrowserState): string | undefined {
  const cookie = readCookie(request.header('cookie'), `${cookieNames.browser}-un`)
  if (cookie === undefined) return undefined
  try {
    return decodeURIComponent(cookie)
  } catch {
    // Not as we wrote it: another program of this host may have set it.
    return undefined
  }
}
