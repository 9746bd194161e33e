import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { Scope } from '../connected-apps/scope.ts'
import { type Checklist, checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { SessionStore } from '../sessions/session.ts'
import type { IdTokens } from '../tokens/id-token.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import type { Admit } from './admission.ts'
import type { AuthorizeRequest, RefusedRequest } from './authorize-request.ts'
import { OAuthError } from './error.ts'
import type { LoginPlace, NoteFailedLogin } from './failed-login.ts'
import type { Headless, SentCredentials } from './headless.ts'
import type { PushedRequestStore } from './pushed-request.ts'
import { authorizeRefusal, type Reason, type Refusal } from './refusal.ts'
import { type Browser, type SignedIn, whoIsThere } from './signed-in.ts'

/** What the browser does next. */
export type NextStep =
  | { readonly go: 'sign-in' }
  /** The person is to verify their identity, so that the session is sure enough, and then to ask again. */
  | { readonly go: 'verify' }
  | { readonly go: 'consent'; readonly signedIn: SignedIn; readonly scopes: readonly Scope[] }
  | {
      readonly go: 'back-to-app'
      readonly answer: Readonly<Record<string, string>>
      readonly refused: OAuthError | undefined
    }
  | { readonly go: 'error-page'; readonly refused: OAuthError }

/** The authorize endpoint: what comes next is worked out again from what is stored each time the browser comes by. */
export interface Authorize {
  nextStep(
    request: AuthorizeRequest | RefusedRequest,
    site: Site,
    browser: Browser,
    checks: Checklist,
  ): Promise<NextStep>
  /** The person's answer on the consent page. An allowed request goes on by {@link nextStep}. */
  decide(
    request: AuthorizeRequest | RefusedRequest,
    site: Site,
    browser: Browser,
    isAllowed: boolean,
    checks: Checklist,
  ): Promise<NextStep>
  /** A request that comes with what somebody typed into the app's own form, in place of a browser. */
  letIn(
    request: AuthorizeRequest | RefusedRequest,
    sent: SentCredentials,
    place: LoginPlace,
    checks: Checklist,
  ): Promise<NextStep>
}

interface Needs {
  readonly admit: Admit
  readonly headless: Headless
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'find' | 'allow'>
  readonly sessions: Pick<SessionStore, 'noteApp'>
  readonly idTokens: Pick<IdTokens, 'verify'>
  readonly pushedRequests: Pick<PushedRequestStore, 'answer'>
  readonly noteFailedLogin: NoteFailedLogin
  /** Whether answers carry `iss` (RFC 9207), which Salesforce's do not. */
  readonly answersIssuer: boolean
  readonly now: () => Date
}

/** The authorize endpoint over the stores. */
export function authorize(needs: Needs): Authorize {
  const { admit, headless, users, orgs, profiles, approvals, sessions, idTokens, pushedRequests } = needs
  const { noteFailedLogin, answersIssuer, now } = needs
  const signedInAt = whoIsThere({ users, orgs, profiles })
  return { nextStep, decide, letIn }

  async function nextStep(
    request: AuthorizeRequest | RefusedRequest,
    site: Site,
    browser: Browser,
    checks: Checklist,
  ): Promise<NextStep> {
    if (request.refused !== undefined) return back(request, site, request.refused)
    if (request.responseType.signsIn === 'in-the-app') {
      const facts = { response_type: request.responseType.type }
      return back(request, site, authorizeRefusal({ reason: 'page-not-offered', facts }))
    }
    const signedIn = await signedInAt(browser.session, site)
    if (signedIn === undefined || (await mustSignInAgain(request, signedIn))) {
      return isSilent(request) ? back(request, site, silentRefusal(request, 'sign-in')) : { go: 'sign-in' }
    }
    const { session, org, user } = signedIn
    checks.orgId = org.id
    checks.userId = user.id
    pass(checks, 'signed-in', { user: user.username })
    const admitted = await admit(request, signedIn, browser.sourceIp, checks)
    if (!admitted.ok && admitted.isMendedByVerifying && !isSilent(request)) return { go: 'verify' }
    if (!admitted.ok) return refuse(request, site, admitted.refusal)
    const { scopes, policies } = admitted
    if (!(await isApproved(request, user, scopes, admitted.preApproved))) {
      if (isSilent(request)) return back(request, site, silentRefusal(request, 'approval'))
      return { go: 'consent', signedIn, scopes }
    }
    if (!admitted.preApproved) pass(checks, 'approved', { by: 'the user' })
    const { app, redirectUri, codeChallenge, dpopKey, nonce } = request
    const { authTime } = session
    const answered = { redirectUri, codeChallenge, dpopKey, nonce, authTime, site, ...browser, session }
    const granted = { app, policies, org, user, scopes, ...answered }
    const again = await answeredBefore(request)
    if (again !== undefined) return { go: 'error-page', refused: again }
    // Whoever signs out later is signed out there as well.
    if ((policies.singleLogoutUrl ?? app.singleLogoutUrl) !== undefined) await sessions.noteApp(session.id, app.id)
    try {
      const answer = { ...(await request.responseType.answer(granted, checks)), ...common(request, site) }
      return { go: 'back-to-app', answer, refused: undefined }
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      await noteFailedLogin(error.refusal, { site, ...browser }, checks, undefined)
      return told(request, site, error)
    }
  }

  async function decide(
    request: AuthorizeRequest | RefusedRequest,
    site: Site,
    browser: Browser,
    isAllowed: boolean,
    checks: Checklist,
  ): Promise<NextStep> {
    if (request.refused !== undefined) return nextStep(request, site, browser, checks)
    const signedIn = await signedInAt(browser.session, site)
    if (signedIn === undefined) return { go: 'sign-in' }
    const { org, user } = signedIn
    checks.orgId = org.id
    checks.userId = user.id
    if (!isAllowed) {
      const facts = { app: request.app.label, user: user.username }
      return back(request, site, authorizeRefusal({ reason: 'denied-by-user', facts }))
    }
    const admitted = await admit(request, signedIn, browser.sourceIp, checklist())
    // What the person allows on an old page must not become the approval that lets them in.
    if (admitted.ok) {
      const { scopes } = admitted
      await approvals.allow({ orgId: org.id, userId: user.id, appId: request.app.id, scopes }, now())
      pass(checks, 'approved', { by: 'the user', scopes })
    }
    return nextStep({ ...request, prompts: new Set() }, site, browser, checks)
  }

  async function letIn(
    request: AuthorizeRequest | RefusedRequest,
    sent: SentCredentials,
    place: LoginPlace,
    checks: Checklist,
  ): Promise<NextStep> {
    if (request.refused !== undefined) return back(request, place.site, request.refused)
    try {
      const answer = { ...(await headless(request, sent, place, checks)), ...common(request, place.site) }
      const again = await answeredBefore(request)
      if (again !== undefined) return { go: 'error-page', refused: again }
      return { go: 'back-to-app', answer, refused: undefined }
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return back(request, place.site, error)
    }
  }

  async function mustSignInAgain(request: AuthorizeRequest, { session, user }: SignedIn): Promise<boolean> {
    if (request.prompts.has('login') || request.prompts.has('select_account')) {
      // The URL of a pushed request stays the same: whoever signed in since the browser came with it has done so for it.
      return request.pushed === undefined || session.authTime < request.pushed.openedAt
    }
    const age = (now().getTime() - session.authTime.getTime()) / 1000
    if (request.maxAge !== undefined && age > request.maxAge) return true
    if (request.idTokenHint === undefined) return false
    const hint = await idTokens.verify(request.idTokenHint)
    return hint === undefined || !hint.subject.endsWith(`/${user.id}`)
  }

  async function isApproved(
    request: AuthorizeRequest,
    user: User,
    scopes: readonly Scope[],
    preApproved: boolean,
  ): Promise<boolean> {
    if (request.prompts.has('consent')) return false
    if (preApproved) return true
    const approval = await approvals.find(user.id, request.app.id)
    return scopes.every((scope) => approval?.scopes.includes(scope))
  }

  /** What an app is told travels back to it; what its admins must mend first is shown to the person. */
  async function refuse(request: AuthorizeRequest, site: Site, refusal: Refusal): Promise<NextStep> {
    const refused = authorizeRefusal(refusal)
    const isForTheApp = forTheApp.has(refusal.reason) || isSilent(request)
    return isForTheApp ? back(request, site, refused) : { go: 'error-page', refused }
  }

  async function back(request: AuthorizeRequest | RefusedRequest, site: Site, refused: OAuthError): Promise<NextStep> {
    const again = await answeredBefore(request)
    return again === undefined ? told(request, site, refused) : { go: 'error-page', refused: again }
  }

  function told(request: AuthorizeRequest | RefusedRequest, site: Site, refused: OAuthError): NextStep {
    const answer = { error: refused.code, error_description: refused.description, ...common(request, site) }
    return { go: 'back-to-app', answer, refused }
  }

  /** A pushed request is answered once, of however many browsers that come with it. */
  async function answeredBefore({ pushed }: AuthorizeRequest | RefusedRequest): Promise<OAuthError | undefined> {
    if (pushed === undefined || (await pushedRequests.answer(pushed.id, now()))) return undefined
    return authorizeRefusal({ reason: 'request-uri-spent', facts: { pushed: 'a moment ago' } })
  }

  function common({ state }: AuthorizeRequest | RefusedRequest, site: Site): Readonly<Record<string, string>> {
    return { ...(state === undefined ? {} : { state }), ...(answersIssuer ? { iss: site.base } : {}) }
  }
}

// What the developers of an app can do something about, or are to tell their users.
const forTheApp: ReadonlySet<Reason> = new Set([
  'app-blocked',
  'api-access-controlled',
  'not-admin-approved',
  'app-handler-refused',
  'session-level-too-low',
  'flow-off-in-org',
  'openid-missing',
])

/** Whether nobody must see a page for it. */
function isSilent({ prompts, isImmediate }: AuthorizeRequest): boolean {
  return prompts.has('none') || isImmediate
}

function silentRefusal({ isImmediate, prompts }: AuthorizeRequest, missing: 'sign-in' | 'approval'): OAuthError {
  if (isImmediate && !prompts.has('none')) {
    return authorizeRefusal({ reason: 'immediate-impossible', facts: { because: `${missing} would be needed` } })
  }
  const facts = { prompt: 'none' }
  return authorizeRefusal({ reason: missing === 'sign-in' ? 'login-required' : 'consent-required', facts })
}
