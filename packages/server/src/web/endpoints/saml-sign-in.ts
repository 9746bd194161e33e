import type { SamlDeparture } from '../../oauth/saml-departure.ts'
import type { SamlSignIn } from '../../oauth/saml-sign-in.ts'
import type { SamlSsoConfig } from '../../saml/sso-config.ts'
import { authnRequestPath } from '../../saml/sso-endpoint.ts'
import { setCookie } from '../browser.ts'
import { cookiesAt } from '../cookies.ts'
import { queryParameter } from '../incoming.ts'
import { localPath } from '../local-path.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { verificationUrl } from '../page-paths.ts'
import { FormPostPage } from '../pages/form-post.tsx'
import type { Reply } from '../reply.ts'
import type { Answer, Visit } from '../visit.ts'
import type { Destination } from './destination.ts'

/** `GET /saml/authn-request.jsp?samlSsoConfig=0LE…`: off to the identity provider of these settings. */
export function samlStartAnswer({ signIn }: { readonly signIn: SamlSignIn }): Answer {
  return async (visit) => {
    visit.checks.flow = 'saml-sign-in'
    const settings = queryParameter(visit.request, 'samlSsoConfig') ?? ''
    const startUrl = localPath(queryParameter(visit.request, 'RelayState')) ?? '/'
    return depart(await signIn.leave(settings, startUrl, visit.site, visit.checks), visit)
  }
}

/** Sends the browser off with a message. */
export function depart(departure: SamlDeparture, visit: Visit, cookies: readonly string[] = []): Reply {
  if (departure.go === 'redirect') return redirectTo(departure.url, visit, cookies)
  const page = FormPostPage({ action: departure.url, fields: departure.fields })
  return pageAnswer(page, { leadsToApp: true, script: 'self-posting', cookies })
}

/** `POST /?so=00D…`, or `/?sc=0LE…`, with a response: signs in whom the identity provider vouches for. */
export async function samlArrival(
  { samlSignIn }: { readonly samlSignIn: SamlSignIn },
  visit: Visit,
  response: string,
  { startUrl, request }: Destination,
): Promise<Reply> {
  visit.checks.flow = 'saml-sign-in'
  const brought = { response, so: queryParameter(visit.request, 'so'), sc: queryParameter(visit.request, 'sc') }
  const { cookie, awaitsVerification } = await samlSignIn.arrive(brought, visit, request?.app, visit.checks)
  // A page of another site posted this: cookies of before did not come along, and are replaced.
  const names = cookiesAt(visit.site.base)
  return redirectTo(awaitsVerification ? verificationUrl(startUrl) : startUrl, visit, [
    setCookie(names, names.session, cookie),
    setCookie(names, names.browser, '', 0),
  ])
}

/** The buttons of a sign-in page: one for each identity provider with a login URL. */
export function samlLinks(
  configs: readonly SamlSsoConfig[],
  startUrl: string,
): readonly { label: string; href: string }[] {
  return configs
    .filter(({ loginUrl }) => loginUrl !== undefined)
    .map(({ id, label }) => ({ label, href: samlStartPath(id, startUrl) }))
}

/** Where people are sent off from. @param settings id or API name */
export function samlStartPath(settings: string, startUrl: string): string {
  return `${authnRequestPath}?${new URLSearchParams({ samlSsoConfig: settings, RelayState: startUrl })}`
}
