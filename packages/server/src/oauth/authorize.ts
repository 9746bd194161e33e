import { checkAddress, checkUser } from '../connected-apps/access.ts'
import type { AppAccess } from '../connected-apps/app-access.ts'
import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { requestedScopes, type Scope } from '../connected-apps/scope.ts'
import { type Checklist, checklist, pass } from '../journal/checklist.ts'
import type { Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import type { Session } from '../sessions/session.ts'
import { type AuthorizationCodeStore, authorizationCodeShape } from '../tokens/authorization-code.ts'
import type { IdTokens } from '../tokens/id-token.ts'
import type { Profile, ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { OAuthError } from './error.ts'
import { authorizeRefusal, type Refusal } from './refusal.ts'

/** Whom the browser is signed in as. */
export interface SignedIn {
  readonly session: Session
  readonly org: Org
  readonly user: User
  readonly profile: Profile
}

/** What the browser does next. */
export type NextStep =
  | { readonly go: 'sign-in' }
  | { readonly go: 'consent'; readonly signedIn: SignedIn; readonly scopes: readonly Scope[] }
  | {
      readonly go: 'back-to-app'
      readonly answer: Readonly<Record<string, string>>
      readonly refused: OAuthError | undefined
    }
  | { readonly go: 'error-page'; readonly refused: OAuthError }

/** The authorize endpoint: what comes next is worked out again from what is stored each time the browser comes by. */
export interface Authorize {
  nextStep(request: AuthorizeRequest, site: Site, browser: Browser, checks: Checklist): Promise<NextStep>
  /** The person's answer on the consent page. An allowed request goes on by {@link nextStep}. */
  decide(
    request: AuthorizeRequest,
    site: Site,
    browser: Browser,
    isAllowed: boolean,
    checks: Checklist,
  ): Promise<NextStep>
}

/** What is known of the browser that asks. */
export interface Browser {
  readonly session: Session | undefined
  readonly sourceIp: string
}

interface Needs {
  readonly appAccess: AppAccess
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'find' | 'allow'>
  readonly codes: Pick<AuthorizationCodeStore, 'add'>
  readonly idTokens: Pick<IdTokens, 'verify'>
  /** Whether answers carry `iss` (RFC 9207), which Salesforce's do not. */
  readonly answersIssuer: boolean
  readonly now: () => Date
}

/** The authorize endpoint over the stores. */
export function authorize({
  appAccess,
  users,
  orgs,
  profiles,
  approvals,
  codes,
  idTokens,
  answersIssuer,
  now,
}: Needs): Authorize {
  return { nextStep, decide }

  async function nextStep(
    request: AuthorizeRequest,
    site: Site,
    browser: Browser,
    checks: Checklist,
  ): Promise<NextStep> {
    const isSilent = request.prompts.has('none') || request.isImmediate
    const signedIn = await whoIsThere(browser.session, site)
    if (signedIn === undefined || (await mustSignInAgain(request, signedIn))) {
      return isSilent ? back(request, site, silentRefusal(request, 'sign-in')) : { go: 'sign-in' }
    }
    const { org, user, profile } = signedIn
    checks.orgId = org.id
    checks.userId = user.id
    pass(checks, 'signed-in', { user: user.username })
    const allowed = await checkAccess(request.app, signedIn, browser, checks)
    if ('reason' in allowed) return refuse(request, site, allowed)
    // At the login host nobody knew until now whose person this is.
    if (org.settings.isPkceRequired && request.codeChallenge === undefined) {
      const facts = { app: request.app.label, requiredBy: 'the org' }
      return refuse(request, site, { reason: 'challenge-missing', facts })
    }
    const asked = requestedScopes(request.scope, request.app.scopes)
    if (!asked.ok) {
      const { label, scopes } = request.app
      const facts = { app: label, found: [...asked.unknown, ...asked.notOfApp], allowed: scopes, by: 'app' } as const
      const refused = authorizeRefusal({ reason: 'scope-not-allowed', facts })
      return isSilent ? back(request, site, refused) : { go: 'error-page', refused }
    }
    pass(checks, 'scope', { scopes: asked.scopes })
    if (!(await isApproved(request, user, asked.scopes, allowed.preApproved))) {
      if (isSilent) return back(request, site, silentRefusal(request, 'approval'))
      return { go: 'consent', signedIn: { session: signedIn.session, org, user, profile }, scopes: asked.scopes }
    }
    if (!allowed.preApproved) pass(checks, 'approved', { by: 'the user' })
    return withCode(request, site, signedIn, asked.scopes)
  }

  async function decide(
    request: AuthorizeRequest,
    site: Site,
    browser: Browser,
    isAllowed: boolean,
    checks: Checklist,
  ): Promise<NextStep> {
    const signedIn = await whoIsThere(browser.session, site)
    if (signedIn === undefined) return { go: 'sign-in' }
    const { org, user } = signedIn
    checks.orgId = org.id
    checks.userId = user.id
    if (!isAllowed) {
      const facts = { app: request.app.label, user: user.username }
      return back(request, site, authorizeRefusal({ reason: 'denied-by-user', facts }))
    }
    const asked = requestedScopes(request.scope, request.app.scopes)
    // What the person allows on an old page must not become the approval that lets them in.
    if (asked.ok && !('reason' in (await checkAccess(request.app, signedIn, browser, checklist())))) {
      await approvals.allow({ orgId: org.id, userId: user.id, appId: request.app.id, scopes: asked.scopes }, now())
      pass(checks, 'approved', { by: 'the user', scopes: asked.scopes })
    }
    return nextStep({ ...request, prompts: new Set() }, site, browser, checks)
  }

  async function whoIsThere(session: Session | undefined, site: Site): Promise<SignedIn | undefined> {
    // On an org's own address only its own people are signed in.
    if (session === undefined || (site.org !== undefined && site.org.id !== session.orgId)) return undefined
    const [org, user] = await Promise.all([orgs.find(session.orgId), users.find(session.userId)])
    const profile = user === undefined ? undefined : await profiles.find(user.profileId)
    if (org === undefined || user === undefined || profile === undefined) return undefined
    return { session, org, user, profile }
  }

  async function mustSignInAgain(request: AuthorizeRequest, { session, user }: SignedIn): Promise<boolean> {
    if (request.prompts.has('login') || request.prompts.has('select_account')) return true
    const age = (now().getTime() - session.authTime.getTime()) / 1000
    if (request.maxAge !== undefined && age > request.maxAge) return true
    if (request.idTokenHint === undefined) return false
    const hint = await idTokens.verify(request.idTokenHint)
    return hint === undefined || !hint.subject.endsWith(`/${user.id}`)
  }

  async function checkAccess(
    app: ConnectedApp,
    { org, user, profile }: SignedIn,
    { sourceIp }: Browser,
    checks: Checklist,
  ) {
    const unwelcome = checkUser({ org, user, now: now() }, checks)
    if (unwelcome !== undefined) return unwelcome
    const access = await appAccess({ org, user, profile, app }, checks)
    if (!access.granted) return access.refusal
    const elsewhere =
      access.policies.ipRelaxation === 'BYPASS' ? undefined : checkAddress({ profile, sourceIp }, checks)
    return elsewhere ?? { preApproved: access.preApproved }
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

  async function withCode(
    request: AuthorizeRequest,
    site: Site,
    { session, org, user }: SignedIn,
    scopes: readonly Scope[],
  ): Promise<NextStep> {
    const secret = randomText(authorizationCodeShape.length)
    const id = await codes.add({
      hash: hashSecret(secret),
      orgId: org.id,
      userId: user.id,
      appId: request.app.id,
      redirectUri: request.redirectUri,
      scopes,
      codeChallenge: request.codeChallenge,
      nonce: request.nonce,
      authTime: session.authTime,
      issuedAt: now(),
    })
    const answer = { code: tokenText(authorizationCodeShape, id, secret), ...common(request, site) }
    return { go: 'back-to-app', answer, refused: undefined }
  }

  /** What an app is told travels back to it; what its admins must mend first is shown to the person. */
  function refuse(request: AuthorizeRequest, site: Site, refusal: Refusal): NextStep {
    const refused = authorizeRefusal(refusal)
    const isForTheApp =
      refusal.reason === 'app-blocked' || refusal.reason === 'not-admin-approved' || request.prompts.has('none')
    return isForTheApp ? back(request, site, refused) : { go: 'error-page', refused }
  }

  function back(request: AuthorizeRequest, site: Site, refused: OAuthError): NextStep {
    const answer = { error: refused.code, error_description: refused.description, ...common(request, site) }
    return { go: 'back-to-app', answer, refused }
  }

  function common({ state }: AuthorizeRequest, site: Site): Readonly<Record<string, string>> {
    return { ...(state === undefined ? {} : { state }), ...(answersIssuer ? { iss: site.base } : {}) }
  }
}

function silentRefusal({ isImmediate, prompts }: AuthorizeRequest, missing: 'sign-in' | 'approval'): OAuthError {
  if (isImmediate && !prompts.has('none')) {
    return authorizeRefusal({ reason: 'immediate-impossible', facts: { because: `${missing} would be needed` } })
  }
  const facts = { prompt: 'none' }
  return authorizeRefusal({ reason: missing === 'sign-in' ? 'login-required' : 'consent-required', facts })
}
