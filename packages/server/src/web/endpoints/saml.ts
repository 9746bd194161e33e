import type { CertificateStore } from '../../certificates/certificate.ts'
import type { Clock } from '../../clock.ts'
import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { type SamlApp, samlAppsOf } from '../../connected-apps/saml-app.ts'
import type { BroughtMessage } from '../../oauth/brought-message.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { LogoutStep, SamlLogout } from '../../oauth/saml-logout.ts'
import type { SamlSignOn, WantedApp } from '../../oauth/saml-sign-on.ts'
import { providerKeyOf } from '../../saml/identity-provider.ts'
import { idpMetadataXml } from '../../saml/idp-metadata.ts'
import { idpPaths } from '../../saml/idp-places.ts'
import { nameIdFormatOf } from '../../saml/subject.ts'
import type { Seal } from '../../seal.ts'
import { type ReadBrowser, setCookie } from '../browser.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { verificationUrl } from '../page-paths.ts'
import { SignedOutPage } from '../pages/signed-out.tsx'
import type { Reply } from '../reply.ts'
import { readParameters } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'
import { asBrowser } from './authorize.ts'
import { depart } from './saml-sign-in.ts'

interface Needs {
  readonly signOn: SamlSignOn
  readonly readBrowser: ReadBrowser
}

/** `POST /idp/endpoint/HttpPost`, `GET /idp/endpoint/HttpRedirect`: an app wants somebody signed in. */
export function samlRequestAnswer({ signOn }: Pick<Needs, 'signOn'>): Answer {
  return async (visit) => {
    visit.checks.flow = 'saml-request'
    const brought = await messageIn(visit, ['SAMLRequest'])
    // The cookie of a session does not come along when a page of another site posts: the browser has to ask itself.
    return redirectTo(await signOn.begin(brought, visit.site, visit.checks), visit)
  }
}

/** `GET /idp/login`: signs whoever is there in to an app; others by way of the sign-in page. */
export function samlLoginAnswer({ signOn, readBrowser }: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'saml'
    const browser = await readBrowser(visit)
    const wanted = wantedIn(new URLSearchParams(visit.request.query))
    const step = await signOn.next(wanted, visit.site, asBrowser(browser, visit), visit.checks)
    const here = `${idpPaths.login}?${visit.request.query}`
    switch (step.go) {
      case 'sign-in':
        return redirectTo(`/?${new URLSearchParams({ ec: '302', startURL: here })}`, visit)
      case 'verify':
        return redirectTo(verificationUrl(here), visit)
      case 'elsewhere':
        return redirectTo(step.url, visit)
      case 'to-app':
        return depart({ go: 'post', url: step.acsUrl, fields: step.fields }, visit)
    }
  }
}

interface LogoutNeeds {
  readonly logout: SamlLogout
  readonly readBrowser: ReadBrowser
}

/** `GET|POST /services/auth/idp/saml2/logout`: an app signs people out, or says that it has. */
export function samlLogoutAnswer({ logout, readBrowser }: LogoutNeeds): Answer {
  return async (visit) => {
    visit.checks.flow = 'saml-logout'
    const ticket = visit.request.method === 'GET' ? queryParameter(visit.request, 'continue') : undefined
    if (ticket === undefined) {
      const brought = await messageIn(visit, ['SAMLRequest', 'SAMLResponse'])
      return redirectTo(await logout.receive(brought, visit.site, visit.checks), visit)
    }
    const browser = await readBrowser(visit)
    const { step, hasEnded } = await logout.goOn(ticket, browser.session, visit.site, visit.checks)
    const { cookieNames } = browser
    return follow(step, hasEnded ? [setCookie(cookieNames, cookieNames.session, '', 0)] : [], visit)
  }
}

/** What the browser does once everybody was told, or next. */
export function follow(step: LogoutStep, cookies: readonly string[], visit: Visit): Reply {
  if (step.go !== 'done') return depart(step, visit, cookies)
  if (step.next !== undefined) return redirectTo(step.next, visit, cookies)
  return pageAnswer(SignedOutPage({ signInUrl: '/', calls: [], next: undefined }), { cookies })
}

/** What a path to the login endpoint asks for. */
export function wantedIn(query: URLSearchParams): WantedApp {
  const asked = (name: string) => query.get(name) ?? undefined
  return { id: asked('app'), apiName: asked('apiName'), request: asked('request'), relayState: asked('RelayState') }
}

/** The message in a request: one parameter of these. @throws {OAuthError} */
export async function messageIn(
  visit: Visit,
  parameters: readonly BroughtMessage['parameter'][],
): Promise<BroughtMessage> {
  const sent = await readParameters(visit)
  const [parameter, ...others] = parameters.filter((name) => sent.has(name))
  if (parameter === undefined || others.length > 0) {
    const problem = parameter === undefined ? `there is no ${parameters.join(' and no ')}` : 'there are two at once'
    throw refusal({ reason: 'saml-request-malformed', facts: { problem } })
  }
  return {
    binding: visit.request.method === 'POST' ? 'HttpPost' : 'HttpRedirect',
    parameter,
    sent: sent.get(parameter) ?? '',
    query: visit.request.query,
    relayState: sent.get('RelayState'),
  }
}

interface MetadataNeeds {
  readonly apps: Pick<ConnectedAppStore, 'list' | 'find' | 'policiesOfOrg'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly seal: Seal
  readonly now: Clock
  /** What is said where there is nothing. */
  readonly missing: Answer
}

/** `GET /.well-known/samlidp.xml`, and the same for one app: `/.well-known/samlidp/<API name>.xml`. */
export function samlMetadataAnswer(
  whose: 'org' | 'app',
  { apps, certificates, seal, now, missing }: MetadataNeeds,
): Answer {
  return async (visit) => {
    const { org, base } = visit.site
    if (org?.settings.enableIdentityProvider !== true) return missing(visit)
    const key = await providerKeyOf({ certificates, seal }, org, now())
    const app = whose === 'app' ? await appCalled(visit.params['file'] ?? '', org) : undefined
    if (!key.ok || (whose === 'app' && app === undefined)) return missing(visit)
    const xml = idpMetadataXml(
      {
        entityId: app?.saml.issuer ?? base,
        base,
        certificate: key.certificate,
        nameIdFormat: nameIdFormatOf(app?.saml ?? { samlNameIdFormat: 'Unspecified' }),
        wantsSignedRequests: app?.saml.certificate !== undefined,
        hasLogout: app?.saml.samlSloUrl !== undefined,
      },
      now(),
    )
    const headers = {
      'content-type': 'application/samlmetadata+xml;charset=UTF-8',
      'content-disposition': `attachment; filename="${app === undefined ? 'samlidp' : `samlidp-${app.fullName}`}.xml"`,
      'cache-control': 'public, max-age=60',
    }
    return { status: 200, headers, body: xml }
  }

  async function appCalled(file: string, org: { readonly id: string }): Promise<SamlApp | undefined> {
    const all = await samlAppsOf({ apps }, org)
    return all.find(({ fullName }) => file === `${fullName}.xml`)
  }
}
