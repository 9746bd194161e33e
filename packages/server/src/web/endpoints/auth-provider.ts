import type { AuthProvider, AuthProviderStore } from '../../auth-providers/auth-provider.ts'
import { type Errand, errandPath, providerPlaces } from '../../auth-providers/places.ts'
import type { ReadAuthorizeRequest } from '../../oauth/authorize-request.ts'
import type { Arrival, ProviderSignIn, Traveller } from '../../oauth/provider-sign-in.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { WhoIsThere } from '../../oauth/signed-in.ts'
import type { Addresses } from '../../orgs/address.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { readRecordId } from '../../record-id.ts'
import type { SamlSsoConfigStore } from '../../saml/sso-config.ts'
import type { SessionStore } from '../../sessions/session.ts'
import type { User } from '../../users/user.ts'
import { type BrowserState, type ReadBrowser, setCookie } from '../browser.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { localPath } from '../local-path.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { verificationUrl } from '../page-paths.ts'
import { LinkAccountPage, LinkedAccountPage, ProviderTestPage } from '../pages/auth-provider.tsx'
import { FormExpiredPage } from '../pages/error.tsx'
import type { Reply } from '../reply.ts'
import { readForm, readParameters } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { destinationOf } from './destination.ts'
import { samlStartPath } from './saml-sign-in.ts'

interface Needs {
  readonly signIn: ProviderSignIn
  readonly readBrowser: ReadBrowser
  readonly readRequest: ReadAuthorizeRequest
  readonly whoIsThere: WhoIsThere
  readonly sessions: Pick<SessionStore, 'end'>
  readonly authProviders: Pick<AuthProviderStore, 'list'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
}

/** `GET /services/auth/{sso,test}/<suffix>`: off to the provider. */
export function providerStartAnswer(errand: Exclude<Errand, 'link'>, needs: Needs): Answer {
  return async (visit) => {
    const saml = errand === 'sso' ? await samlCalled(needs, visit) : undefined
    if (saml !== undefined) return redirectTo(saml, visit)
    visit.checks.flow = 'sign-in'
    const browser = await needs.readBrowser(visit)
    const traveller = travellerOf(visit, browser, undefined)
    return leave(needs, visit, browser, traveller, errand, queryParameter(visit.request, 'startURL'))
  }
}

/** Where people go who name SAML settings, as `sso_provider` of an app's request may; an auth. provider of the name comes first. */
async function samlCalled(needs: Needs, visit: Visit): Promise<string | undefined> {
  const { org } = visit.site
  const name = nameIn(visit)
  if (org === undefined) return undefined
  const configs = await needs.samlSsoConfigs.list(org.id)
  if (!configs.some(({ fullName, loginUrl }) => fullName === name && loginUrl !== undefined)) return undefined
  const providers = await needs.authProviders.list(org.id)
  if (providers.some(({ developerName }) => developerName === name)) return undefined
  return samlStartPath(name, localPath(queryParameter(visit.request, 'startURL')) ?? '/')
}

/** `GET /services/auth/link/<suffix>`: asks somebody who is signed in whether they mean it. */
export function providerLinkPage({ signIn, readBrowser, whoIsThere }: Needs): Answer {
  return async (visit) => {
    const browser = await readBrowser(visit)
    const { developerName, friendlyName } = await signIn.find(nameIn(visit), visit.site, visit.checks)
    const signedIn = await whoIsThere(browser.session, visit.site)
    const action = errandPath('link', developerName)
    const startUrl = localPath(queryParameter(visit.request, 'startURL')) ?? '/'
    if (signedIn === undefined) {
      const here = `${action}?${new URLSearchParams({ startURL: startUrl })}`
      return redirectTo(`/?${new URLSearchParams({ startURL: here })}`, visit)
    }
    const page = LinkAccountPage({
      action,
      csrfToken: formToken(browser.formSecret, 'link', startUrl),
      providerName: friendlyName,
      username: signedIn.user.username,
      startUrl,
    })
    // The form ends at the provider, and only it knows where that leads.
    return pageAnswer(page, { cookies: browser.newCookies, leadsToApp: true })
  }
}

/** `POST` of the same: off to the provider, to be linked with whoever comes back. */
export function providerLinkAnswer(needs: Needs): Answer {
  return async (visit) => {
    const form = await readForm(visit.request)
    const browser = await needs.readBrowser(visit)
    const signedIn = await needs.whoIsThere(browser.session, visit.site)
    const startUrl = localPath(form.get('startURL')) ?? '/'
    if (signedIn === undefined || !isFormToken(form.get('csrf_token'), browser.formSecret, 'link', startUrl)) {
      visit.refused = refusal({ reason: 'form-forged', facts: { form: 'link' } })
      const again = errandPath('link', nameIn(visit))
      return pageAnswer(FormExpiredPage({ requestId: visit.requestId, startUrl: again }), { status: 403 })
    }
    return leave(needs, visit, browser, travellerOf(visit, browser, signedIn.user), 'link', startUrl)
  }
}

/** `GET /services/authcallback/<suffix>`: back from the provider. */
export function providerCallbackAnswer(needs: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'sign-in'
    const browser = await needs.readBrowser(visit)
    const signedIn = await needs.whoIsThere(browser.session, visit.site)
    const arrival = await needs.signIn.comeBack(
      nameIn(visit),
      await readParameters(visit),
      travellerOf(visit, browser, signedIn?.user),
      async (path) => (await destinationOf(path, visit.site, needs.readRequest)).request?.app,
      visit.checks,
    )
    return arrived(needs, visit, browser, arrival)
  }
}

async function arrived(needs: Needs, visit: Visit, browser: BrowserState, arrival: Arrival): Promise<Reply> {
  const { provider, startUrl } = arrival
  switch (arrival.errand) {
    case 'test':
      return pageAnswer(ProviderTestPage({ providerName: provider.friendlyName, person: arrival.person }))
    case 'link':
      return pageAnswer(LinkedAccountPage({ providerName: provider.friendlyName, startUrl }))
    case 'sso': {
      // The browser forgets the session it had; whoever else knows of that one must not keep it.
      const before = browser.session ?? browser.partial ?? browser.unverified
      if (before !== undefined) await needs.sessions.end(before.id)
      const names = browser.cookieNames
      return redirectTo(arrival.awaitsVerification ? verificationUrl(startUrl) : startUrl, visit, [
        setCookie(names, names.session, arrival.cookie),
        setCookie(names, names.browser, '', 0),
      ])
    }
  }
}

/** `GET /services/auth/<errand>/<org id>/<suffix>`, as it is called at the login host: on to the org's own address. */
export function providerOfOrgAnswer(
  errand: Errand,
  { orgs, addresses }: { readonly orgs: Pick<OrgStore, 'find'>; readonly addresses: Addresses },
): Answer {
  return async (visit) => {
    const org = await orgs.find(readRecordId(visit.params['org'] ?? '') ?? '')
    const place =
      org === undefined
        ? undefined
        : providerPlaces({ developerName: nameIn(visit) }, org, addresses, visit.site)?.[errand]
    if (place === undefined) {
      throw refusal({ reason: 'provider-unknown', facts: { found: nameIn(visit).slice(0, 80), org: '', known: [] } })
    }
    const { query } = visit.request
    return redirectTo(query === '' ? place : `${place}?${query}`, visit)
  }
}

/** The buttons of a sign-in page: one for each provider of the org whose address it is. */
export function providerLinks(
  providers: readonly Pick<AuthProvider, 'developerName' | 'friendlyName'>[],
  startUrl: string,
): readonly { readonly label: string; readonly href: string }[] {
  return providers.map(({ developerName, friendlyName }) => ({
    label: friendlyName,
    href: `${errandPath('sso', developerName)}?${new URLSearchParams({ startURL: startUrl })}`,
  }))
}

async function leave(
  { signIn }: Needs,
  visit: Visit,
  browser: BrowserState,
  traveller: Traveller,
  errand: Errand,
  startUrl: string | undefined,
): Promise<Reply> {
  const departure = {
    developerName: nameIn(visit),
    errand,
    startUrl: localPath(startUrl) ?? '/',
    hints: hintsIn(visit),
  }
  return redirectTo(await signIn.leave(departure, traveller, visit.checks), visit, browser.newCookies)
}

/** What a provider is told of the wishes of whoever sends somebody there. */
function hintsIn({ request }: Visit): Readonly<Record<string, string>> {
  const prompt = queryParameter(request, 'prompt')
  const loginHint = queryParameter(request, 'login_hint')
  return {
    ...(prompt === 'login' || prompt === 'select_account' ? { prompt } : {}),
    ...(loginHint !== undefined && /^[^\p{C}]{1,256}$/u.test(loginHint) ? { login_hint: loginHint } : {}),
  }
}

function travellerOf(
  { site, sourceIp, userAgent }: Visit,
  { formSecret }: BrowserState,
  user: User | undefined,
): Traveller {
  return { site, sourceIp, userAgent, formSecret, user }
}

function nameIn({ params }: Visit): string {
  return params['provider'] ?? ''
}
