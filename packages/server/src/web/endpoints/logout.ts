import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { authorizePath } from '../../oauth/authorize-request.ts'
import type { ProviderLogout } from '../../oauth/provider-logout.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { SamlLogout } from '../../oauth/saml-logout.ts'
import { consumerKeyOfLogout, decideLogout, type LogoutRequest, readIdTokenHint } from '../../oidc/logout.ts'
import type { OrgStore } from '../../orgs/org.ts'
import type { SessionStore } from '../../sessions/session.ts'
import type { IdTokens } from '../../tokens/id-token.ts'
import { displayName, type UserStore } from '../../users/user.ts'
import { type BrowserState, type ReadBrowser, setCookie } from '../browser.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { localPath } from '../local-path.ts'
import { pageAnswer } from '../page-answer.ts'
import { FormExpiredPage } from '../pages/error.tsx'
import { SignOutPage } from '../pages/sign-out.tsx'
import type { Reply } from '../reply.ts'
import { readForm, readParameters } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { parametersOf } from './authorize.ts'
import { farewell } from './farewell.ts'

/** Where OpenID Connect apps send people to sign out, as at Salesforce. */
export const endSessionPath = '/services/auth/idp/oidc/logout'

interface Needs {
  readonly readBrowser: ReadBrowser
  readonly sessions: Pick<SessionStore, 'end'>
  readonly idTokens: Pick<IdTokens, 'verify'>
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findByConsumerKey' | 'findPolicies'>
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly samlLogout: Pick<SamlLogout, 'begin'>
  readonly providerLogout: Pick<ProviderLogout, 'begin'>
}

/** `GET /secur/logout.jsp`: signs out and says so, or goes on to a local `retURL`. */
export function logoutAnswer(needs: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'logout'
    const browser = await needs.readBrowser(visit)
    return leave(needs, visit, browser, { next: localPath(queryParameter(visit.request, 'retURL')) })
  }
}

/** `POST /secur/logout.jsp`: the form "Not you?" of a consent page, which says where it was asked, and "Sign out" of the front page. */
export function switchUserAnswer(needs: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'logout'
    const form = await readForm(visit.request)
    const browser = await needs.readBrowser(visit)
    const source = form.get('source')
    const isOurs =
      source === undefined
        ? isFormToken(form.get('csrf_token'), browser.formSecret, 'sign-out', '/')
        : isFormToken(form.get('csrf_token'), browser.formSecret, 'switch-user', source)
    if (!isOurs) return expired(visit)
    const asked = localPath(queryParameter(visit.request, 'retURL'))
    const next = source === undefined ? undefined : (asked ?? authorizePath(parametersOf(source)))
    return leave(needs, visit, browser, { next })
  }
}

/** `GET|POST` of the end session endpoint (OpenID Connect RP-Initiated Logout). */
export function endSessionAnswer(needs: Needs): Answer {
  const { readBrowser, idTokens, apps, users, orgs } = needs
  return async (visit) => {
    visit.checks.flow = 'logout'
    const parameters = await readParameters(visit)
    const browser = await readBrowser(visit)
    const request: LogoutRequest = {
      hint: await readIdTokenHint(parameters.get('id_token_hint'), idTokens.verify),
      clientId: parameters.get('client_id'),
      postLogoutRedirectUri: parameters.get('post_logout_redirect_uri'),
      state: parameters.get('state'),
    }
    const consumerKey = consumerKeyOfLogout(request)
    const app = consumerKey === undefined ? undefined : await apps.findByConsumerKey(consumerKey)
    const about = aboutOf(parameters)
    const token = parameters.get('csrf_token')
    const isConfirmed = visit.request.method === 'POST' && isFormToken(token, browser.formSecret, 'end-session', about)
    const step = decideLogout(request, { app, signedInAs: browser.session?.userId, isConfirmed })
    if (step.go === 'confirm')
      return confirm(browser, parameters, about, app?.label, request.postLogoutRedirectUri, app?.callbackUrls)
    return leave(needs, visit, browser, { next: step.go === 'back' ? step.url : undefined, askedBy: consumerKey })
  }

  async function confirm(
    browser: BrowserState,
    parameters: ReadonlyMap<string, string>,
    about: string,
    appName: string | undefined,
    target: string | undefined,
    registered: readonly string[] | undefined,
  ): Promise<Reply> {
    const { session } = browser
    const [user, org] = await Promise.all([users.find(session?.userId ?? ''), orgs.find(session?.orgId ?? '')])
    const query = new URLSearchParams([...parameters].filter(([name]) => name !== 'csrf_token'))
    const element = SignOutPage({
      user: { name: user === undefined ? '' : displayName(user), username: user?.username ?? '' },
      orgName: org?.name ?? '',
      appName,
      stayUrl: '/',
      action: `${endSessionPath}?${query}`,
      csrfToken: formToken(browser.formSecret, 'end-session', about),
    })
    const leadsToApp = target !== undefined && registered?.includes(target) === true
    return pageAnswer(element, { cookies: browser.newCookies, leadsToApp })
  }
}

function aboutOf(parameters: ReadonlyMap<string, string>): string {
  return ['client_id', 'post_logout_redirect_uri', 'state'].map((name) => parameters.get(name) ?? '').join('\0')
}

/** Ends the session, and goes on: by way of the apps and of the provider that are to be told of it. */
async function leave(
  needs: Needs,
  visit: Visit,
  { session, unverified, cookieNames }: BrowserState,
  { next: asked, askedBy }: { readonly next: string | undefined; readonly askedBy?: string | undefined },
): Promise<Reply> {
  const ended = session ?? unverified
  if (ended !== undefined) await needs.sessions.end(ended.id)
  // The provider comes last: it has the person sign in anew, and knows where they go on to.
  const next = ended === undefined ? asked : await needs.providerLogout.begin(ended, visit.site, asked)
  return farewell(needs, visit, ended === undefined ? [] : [ended], {
    next,
    ifPartial: '',
    askedOnForm: visit.request.method === 'POST' ? { next: asked } : undefined,
    askedBy,
    cookies: ended === undefined ? [] : [setCookie(cookieNames, cookieNames.session, '', 0)],
  })
}

function expired(visit: Visit): Reply {
  visit.refused = refusal({ reason: 'form-forged', facts: { form: 'sign out' } })
  return pageAnswer(FormExpiredPage({ requestId: visit.requestId, startUrl: '/' }), { status: 403 })
}
