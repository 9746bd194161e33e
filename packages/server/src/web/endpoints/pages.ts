import { checkTitle } from '../../journal/checks.ts'
import type { JournalStore } from '../../journal/journal.ts'
import { OAuthError } from '../../oauth/error.ts'
import { type ExplainedRefusal, explain, readRefusal } from '../../oauth/explanation.ts'
import { isOurWire } from '../../oauth/refusal.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { permissionsOf } from '../../users/permissions.ts'
import type { PermissionSetStore, ProfileStore, UserPermission } from '../../users/profile.ts'
import { missingFor } from '../../users/setup-rights.ts'
import { displayName, type UserStore } from '../../users/user.ts'
import { jsonAnswer } from '../answer.ts'
import type { ReadBrowser } from '../browser.ts'
import { formToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { pageAnswer } from '../page-answer.ts'
import { type ErrorExplanation, ErrorPage, NotFoundPage } from '../pages/error.tsx'
import { HomePage, type Visitor } from '../pages/home.tsx'
import { SuccessPage } from '../pages/success.tsx'
import { wantsPage } from '../reply.ts'
import type { Answer, ShowRefusal, Visit } from '../visit.ts'
import { walkthroughPath } from '../walkthrough/places.ts'

/**
 * How the authorize endpoint refuses before it knows a redirect URI: to people a page, to programs the bare pair, as
 * Salesforce does. Never a redirect (RFC 6749 §4.1.2.1).
 */
export function authorizeRefusal(showsCauses: boolean): ShowRefusal {
  return (error, visit) => {
    if (!(error instanceof OAuthError)) throw error
    const { code, description } = error
    if (!wantsPage(visit.request)) {
      const body = `error=${code}&error_description=${encodeURIComponent(description)}`
      // The empty type is Salesforce's; a browser that meets it saves a file.
      const headers = { 'content-type': '', 'cache-control': 'no-store' }
      return { status: 400, headers, body }
    }
    const explanation = showsCauses ? shown(error.refusal) : undefined
    const { requestId } = visit
    const { flow: asked = '' } = visit.checks
    const flow = asked === 'saml-logout' ? asked : asked.startsWith('saml') ? 'saml' : 'oauth'
    const page = ErrorPage({ error: code, errorDescription: description, requestId, explanation, flow })
    return pageAnswer(page, { status: code === 'server_error' ? 500 : 400 })
  }
}

/** The page that a refused authorization is sent to. It shows what this server says, and nothing else out of a URL. */
export function errorPage(journal: Pick<JournalStore, 'find'>, showsCauses: boolean): Answer {
  return async (visit) => {
    const { requestId } = visit
    const asked = new URLSearchParams(visit.request.query)
    const [error, error_description, request] = ['error', 'error_description', 'request'].map(
      (name) => asked.get(name) ?? undefined,
    )
    const isOurs = isOurWire(error, error_description)
    const explanation = showsCauses ? await explanationOf(request) : undefined
    const page = ErrorPage({
      error: isOurs ? (error ?? '') : 'OAUTH_APPROVAL_ERROR_GENERIC',
      errorDescription: isOurs ? (error_description ?? '') : 'the authorization could not be completed',
      requestId: explanation === undefined ? requestId : (request ?? requestId),
      explanation,
    })
    return pageAnswer(page, { status: 400 })
  }

  async function explanationOf(requestId: string | undefined): Promise<ErrorExplanation | undefined> {
    const entry = requestId === undefined ? undefined : await journal.find(requestId)
    const refusal = entry?.refusal === undefined ? undefined : readRefusal(entry.refusal.reason, entry.refusal.facts)
    return refusal === undefined ? undefined : shown(refusal, entry?.appId)
  }
}

/** An explanation with its check in words. */
function shown(refusal: ExplainedRefusal, appId?: string): ErrorExplanation {
  const explanation = explain(refusal, appId)
  return { ...explanation, check: checkTitle(explanation.check) }
}

/** `GET /services/oauth2/success`: where apps without a page of their own have people come back to. */
export const successAnswer: Answer = async () => pageAnswer(SuccessPage())

/** `GET /services/oauth2/echo`: says what an app was called back with, where it has no address of its own (headless login). */
export const echoAnswer: Answer = async ({ request }) =>
  jsonAnswer(Object.fromEntries(new URLSearchParams(request.query)))

/** Where there is nothing: a page for people, JSON for programs. */
export const missingAnswer: Answer = async ({ request, requestId }) => {
  if (wantsPage(request)) return pageAnswer(NotFoundPage({ requestId }), { status: 404 })
  return jsonAnswer({ error: 'not_found', error_description: 'there is nothing at this address' }, 404)
}

interface HomeNeeds {
  readonly readBrowser: ReadBrowser
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly signInPage: Answer
  readonly hasWalkthrough: boolean
}

/** `GET /`: the sign-in page on the way to somewhere or when nobody is signed in; else who is signed in. */
export function frontPage({
  readBrowser,
  users,
  orgs,
  profiles,
  permissionSets,
  signInPage,
  hasWalkthrough,
}: HomeNeeds): Answer {
  return async (visit) => {
    if (queryParameter(visit.request, 'startURL') !== undefined) return signInPage(visit)
    const browser = await readBrowser(visit)
    const session = browser.session ?? browser.partial
    if (session === undefined || (visit.site.org !== undefined && visit.site.org.id !== session.orgId))
      return signInPage(visit)
    const [user, org] = await Promise.all([users.find(session.userId), orgs.find(session.orgId)])
    const profile = user === undefined ? undefined : await profiles.find(user.profileId)
    if (user === undefined || org === undefined) return signInPage(visit)
    const visitor: Visitor = {
      signedIn: true,
      name: displayName(user),
      username: user.username,
      orgName: org.name,
      profileName: profile?.name ?? '',
      signOut: { action: '/secur/logout.jsp', csrfToken: formToken(browser.formSecret, 'sign-out', '/') },
    }
    const permissions =
      profile === undefined ? new Set<UserPermission>() : await permissionsOf(permissionSets, user, profile)
    const opensSetup = missingFor('view setup', (permission) => permissions.has(permission)).length === 0
    return pageAnswer(
      HomePage({
        placeName: placeName(visit, org.name),
        visitor,
        links: [
          ...(opensSetup ? [setupLink] : []),
          launcherLink,
          personalLink,
          ...(hasWalkthrough ? [walkthroughLink] : []),
          ...links,
        ],
      }),
    )
  }
}

const setupLink = { href: '/setup', label: 'Setup', hint: 'Connected apps, users and everything else of this org' }
const launcherLink = {
  href: '/personal/app-launcher',
  label: 'App Launcher',
  hint: 'The apps of your org that you may use',
}
const personalLink = {
  href: '/personal',
  label: 'Personal settings',
  hint: 'Your apps, sessions, sign-ins and password',
}

const walkthroughLink = {
  href: walkthroughPath,
  label: 'Walkthrough',
  hint: 'Each flow step by step, with every request and every check',
} as const

const links = [
  {
    href: '/.well-known/openid-configuration',
    label: 'OpenID Connect configuration',
    hint: 'What clients need to know of this server',
  },
  { href: '/id/keys', label: 'Signing keys', hint: 'The public keys that ID tokens are verified with' },
  { href: '/services/data/', label: 'REST API versions', hint: 'What an access token opens' },
] as const

function placeName({ site }: Visit, orgName: string): string {
  return site.org === undefined ? new URL(site.base).host : orgName
}
