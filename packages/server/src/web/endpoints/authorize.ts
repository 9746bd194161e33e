import { errandPath } from '../../auth-providers/places.ts'
import type { Authorize, NextStep } from '../../oauth/authorize.ts'
import {
  type AuthorizeRequest,
  authorizePath,
  type ReadAuthorizeRequest,
  type RefusedRequest,
  type ReturnableRequest,
} from '../../oauth/authorize-request.ts'
import type { OAuthError } from '../../oauth/error.ts'
import type { SentCredentials } from '../../oauth/headless.ts'
import { authorizeRefusal } from '../../oauth/refusal.ts'
import type { Browser } from '../../oauth/signed-in.ts'
import type { BrowserState, ReadBrowser } from '../browser.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { consentPath, errorPath, verificationUrl } from '../page-paths.ts'
import { FormPostPage } from '../pages/form-post.tsx'
import type { Reply } from '../reply.ts'
import { readBasic, readParameters } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'

interface Needs {
  readonly readRequest: ReadAuthorizeRequest
  readonly authorize: Authorize
  readonly readBrowser: ReadBrowser
}

/** `GET|POST /services/oauth2/authorize`: looks at what is stored and sends the browser where it has to go next. */
export function authorizeAnswer({ readRequest, authorize, readBrowser }: Needs): Answer {
  return async (visit) => {
    const { method } = visit.request
    if (!['GET', 'HEAD', 'POST'].includes(method))
      throw authorizeRefusal({ reason: 'method-not-get', facts: { found: method } })
    const parameters = withBranding(await readParameters(visit), visit.params['expid'])
    const request = await readRequest(parameters, visit.site, visit.checks)
    if (method === 'POST' && signsInTheApp(request)) {
      const sent = credentialsOf(visit, parameters)
      const step = await authorize.letIn(request, sent, visit, visit.checks)
      // Programs expect what Salesforce answers here, and nothing is posted on: it is no redirect of a browser's form.
      return { ...follow(step, request, visit), status: 302 }
    }
    // A posted request goes on as a GET: every page comes back to this URL.
    if (method === 'POST') return redirectTo(authorizePath(parameters), visit)
    const browser = await readBrowser(visit)
    return follow(
      await authorize.nextStep(request, visit.site, asBrowser(browser, visit), visit.checks),
      request,
      visit,
    )
  }
}

/** The branding of a site may stand in the path as well as among the parameters. */
function withBranding(parameters: ReadonlyMap<string, string>, expid: string | undefined): ReadonlyMap<string, string> {
  return expid === undefined ? parameters : new Map([...parameters, ['expid', expid]])
}

function signsInTheApp(request: AuthorizeRequest | RefusedRequest): boolean {
  return request.refused === undefined && request.responseType.signsIn === 'in-the-app'
}

/** What the app sent of its user: as a Basic header, which wins, or in the body; never in the URL, which others write down. */
function credentialsOf({ request }: Visit, parameters: ReadonlyMap<string, string>): SentCredentials {
  const basic = readBasic(request.header('authorization'))
  const inHeader = basic !== undefined
  const shown = basic === 'malformed' ? undefined : basic
  return {
    kind: request.header('auth-request-type'),
    username: inHeader ? shown?.clientId : parameters.get('username'),
    password: inHeader
      ? shown?.clientSecret
      : queryParameter(request, 'password') === undefined
        ? parameters.get('password')
        : undefined,
    inHeader,
  }
}

/** Sends the browser to the next step. */
export function follow(step: NextStep, request: AuthorizeRequest | RefusedRequest, visit: Visit): Reply {
  switch (step.go) {
    case 'sign-in':
      return redirectTo(signInUrl(request, visit), visit)
    case 'verify':
      return redirectTo(verificationUrl(authorizePath(request.parameters)), visit)
    case 'consent':
      return redirectTo(`${consentPath}?source=${sourceOf(request)}`, visit)
    case 'error-page':
      visit.refused = step.refused
      return redirectTo(errorUrl(step.refused, visit), visit)
    case 'back-to-app':
      visit.refused = step.refused
      return backToApp(request, step.answer, visit)
  }
}

/** What `oauth/` is told of a browser. */
export function asBrowser({ session }: BrowserState, { sourceIp, userAgent }: Visit): Browser {
  return { session, sourceIp, userAgent }
}

/** The reference to an authorize request that the consent page carries: the request itself, to be checked again. */
export function sourceOf({ parameters }: ReturnableRequest): string {
  return Buffer.from(new URLSearchParams([...parameters]).toString()).toString('base64url')
}

/** The parameters that {@link sourceOf} put away. */
export function parametersOf(source: string): ReadonlyMap<string, string> {
  return new Map(new URLSearchParams(Buffer.from(source, 'base64url').toString('utf8')))
}

/** The sign-in page; or, at an org's own address, the auth. provider that the app asks for. */
function signInUrl(request: AuthorizeRequest | RefusedRequest, { site }: Visit): string {
  const startUrl = authorizePath(request.parameters, ['login', 'select_account'])
  const { ssoProvider, loginHint } = request
  if (ssoProvider === undefined || site.org === undefined) {
    return `/?${new URLSearchParams({ ec: '302', startURL: startUrl })}`
  }
  const prompt = request.refused === undefined ? promptFor(request) : undefined
  const hints = {
    ...(prompt === undefined ? {} : { prompt }),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  }
  return `${errandPath('sso', ssoProvider)}?${new URLSearchParams({ startURL: startUrl, ...hints })}`
}

/** Who is to sign in again here must do so at the provider, too: a session that is open there would answer at once. */
function promptFor({ prompts, maxAge }: AuthorizeRequest): string | undefined {
  if (prompts.has('login') || maxAge !== undefined) return 'login'
  return prompts.has('select_account') ? 'select_account' : undefined
}

/** The page that says what cannot be sent back to the app. */
export function errorUrl({ code, description }: OAuthError, { requestId }: Visit): string {
  return `${errorPath}?${new URLSearchParams({ error: code, error_description: description, request: requestId })}`
}

/** To the redirect URI and nowhere else: it is the one that was compared with those registered. */
function backToApp(
  { redirectUri, responseMode }: ReturnableRequest,
  answer: Readonly<Record<string, string>>,
  visit: Visit,
): Reply {
  if (responseMode === 'form_post') {
    return pageAnswer(FormPostPage({ action: redirectUri, fields: answer }), {
      leadsToApp: true,
      script: 'self-posting',
    })
  }
  const query = new URLSearchParams(answer).toString()
  if (responseMode === 'fragment') return redirectTo(`${redirectUri}#${query}`, visit)
  return redirectTo(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`, visit)
}
