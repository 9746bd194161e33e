import { checklist } from '../../journal/checklist.ts'
import type { ReadAuthorizeRequest } from '../../oauth/authorize-request.ts'
import { OAuthError } from '../../oauth/error.ts'
import { refusal } from '../../oauth/refusal.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import type { Seal } from '../../seal.ts'
import { hashSecret, randomText, tokenText } from '../../secret.ts'
import { offerAuthenticator, readOffer, registerAuthenticator } from '../../sessions/authenticator.ts'
import { confirmationProblem, confirmPassword } from '../../sessions/confirm-password.ts'
import type { LoginHistoryStore } from '../../sessions/login-history.ts'
import { type Session, type SessionStore, sessionShape } from '../../sessions/session.ts'
import type { Verification, VerificationHistoryStore, VerificationStore } from '../../sessions/verification.ts'
import { canVerify, verifyIdentity } from '../../sessions/verify-identity.ts'
import type { Passwords } from '../../users/password.ts'
import type { ProfileStore } from '../../users/profile.ts'
import type { User, UserStore } from '../../users/user.ts'
import { type BrowserState, type ReadBrowser, setCookie } from '../browser.ts'
import { formToken, isFormToken } from '../csrf.ts'
import { queryParameter } from '../incoming.ts'
import { localPath } from '../local-path.ts'
import { pageAnswer, redirectTo } from '../page-answer.ts'
import { verificationPath } from '../page-paths.ts'
import { FormExpiredPage } from '../pages/error.tsx'
import { VerificationPage, type VerificationPageProps } from '../pages/verification.tsx'
import type { Reply } from '../reply.ts'
import { readForm } from '../request.ts'
import type { Answer, Visit } from '../visit.ts'

interface Needs {
  readonly readBrowser: ReadBrowser
  readonly readRequest: ReadAuthorizeRequest
  readonly users: Pick<UserStore, 'find' | 'countFailure' | 'noteLogin'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly sessions: Pick<SessionStore, 'noteVerified'>
  readonly verifications: VerificationStore
  readonly verificationHistory: Pick<VerificationHistoryStore, 'add'>
  readonly loginHistory: Pick<LoginHistoryStore, 'add'>
  readonly passwords: Pick<Passwords, 'verify'>
  readonly seal: Seal
  readonly now: () => Date
}

/** Somebody whose password was right, and where they go on to. */
interface Person {
  readonly browser: BrowserState
  readonly session: Session
  readonly user: User
  readonly org: Org
  readonly startUrl: string
  readonly app: { readonly id: string; readonly label: string } | undefined
  /** Whether the user's profile wants it of everybody who signs in. */
  readonly isWantedByProfile: boolean
}

/** `GET` of the page on which people verify their identity: after the password, or where an app asks for more than one. */
export function verificationPage(needs: Needs): Answer {
  return async (visit) => {
    const person = await personOf(needs, visit, queryParameter(visit.request, 'startURL'))
    return person === undefined ? toSignIn(visit) : show(needs, person, undefined)
  }
}

/** `POST` of the same: verifies the identity, or connects an authenticator app, which verifies it as well; and goes on. */
export function verificationAnswer(needs: Needs): Answer {
  return async (visit) => {
    visit.checks.flow = 'verify-identity'
    const form = await readForm(visit.request)
    const person = await personOf(needs, visit, form.get('startURL'))
    if (person === undefined) return toSignIn(visit)
    const { browser, session, user, org, startUrl } = person
    visit.checks.orgId = org.id
    visit.checks.userId = user.id
    if (!isFormToken(form.get('csrf_token'), browser.formSecret, 'verification', startUrl)) {
      visit.refused = refusal({ reason: 'form-forged', facts: { form: 'verify identity' } })
      return pageAnswer(FormExpiredPage({ requestId: visit.requestId, startUrl }), { status: 403 })
    }
    const problem = (await canVerifyNow(needs, user))
      ? await verified(needs, visit, person, form.get('code') ?? '')
      : await connected(needs, visit, person, form)
    if (problem !== undefined) return show(needs, person, problem, form.get('offer'))
    const secret = randomText(sessionShape.length)
    // Whoever knew the cookie of before must not be as sure.
    await needs.sessions.noteVerified(session.id, hashSecret(secret))
    if (session.awaitsVerification) await noteSignIn(needs, visit, person)
    const names = browser.cookieNames
    return redirectTo(startUrl, visit, [setCookie(names, names.session, tokenText(sessionShape, session.id, secret))])
  }
}

type Shown = VerificationPageProps['problem']

async function verified(needs: Needs, visit: Visit, person: Person, code: string): Promise<Shown> {
  const { user, org } = person
  const attempt = { user, org, code, sourceIp: visit.sourceIp, ...purposeOf(person) }
  const refused = await verifyIdentity(needs, attempt, visit.checks)
  if (refused === undefined) return undefined
  visit.refused = refusal(refused)
  return { field: 'code', message: messages[refused.reason] }
}

const messages = {
  'verification-code-wrong': 'This code is not the right one, or was used already. Wait for the next one.',
  'verification-locked': 'There were too many wrong codes. Try again in 15 minutes, or ask an administrator.',
} as const

async function connected(
  needs: Needs,
  visit: Visit,
  person: Person,
  form: ReadonlyMap<string, string>,
): Promise<Shown> {
  const { user, org, session } = person
  const { sourceIp, userAgent, site, checks } = visit
  if (!session.awaitsVerification) {
    // A session that somebody left open must not become a surer one for whoever finds it.
    const confirmation = { user, org, password: form.get('pw') ?? '', sourceIp, loginUrl: site.base, userAgent }
    const refused = await confirmPassword(needs, confirmation, checks)
    if (refused !== undefined) {
      visit.refused = refusal(refused)
      return { field: 'password', message: confirmationProblem(refused) }
    }
  }
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '')
  const outcome = await registerAuthenticator(needs, user, { offer: form.get('offer') ?? '', code })
  if (outcome.ok) {
    const about = { orgId: org.id, userId: user.id, at: needs.now(), sourceIp, ...purposeOf(person) }
    await needs.verificationHistory.add({ ...about, method: 'Totp', status: 'Succeeded' })
    return undefined
  }
  visit.refused = refusal({ reason: 'verification-code-wrong', facts: { user: user.username } })
  return { field: 'code', message: outcome.problems[0]?.message ?? '' }
}

function purposeOf({
  session,
  app,
  isWantedByProfile,
}: Person): Pick<Verification, 'activity' | 'policy' | 'resourceId'> {
  return session.awaitsVerification
    ? {
        activity: 'Login',
        policy: isWantedByProfile ? 'ProfilePolicy' : 'TwoFactorAuthentication',
        resourceId: undefined,
      }
    : { activity: app === undefined ? 'Login' : 'ConnectedApp', policy: 'HighAssurance', resourceId: app?.id }
}

async function noteSignIn(needs: Needs, { site, sourceIp, userAgent }: Visit, { user, org }: Person): Promise<void> {
  const at = needs.now()
  await Promise.all([
    needs.users.noteLogin(user.id, at),
    needs.loginHistory.add({
      orgId: org.id,
      userId: user.id,
      at,
      loginType: 'Application',
      loginSubType: 'UsernamePasswordUiLogin',
      status: 'Success',
      application: 'Browser',
      sourceIp,
      loginUrl: site.base,
      browser: userAgent,
    }),
  ])
}

async function personOf(needs: Needs, visit: Visit, startUrl: string | undefined): Promise<Person | undefined> {
  const browser = await needs.readBrowser(visit)
  const session = browser.session ?? browser.unverified
  if (session === undefined || (visit.site.org !== undefined && visit.site.org.id !== session.orgId)) return undefined
  const [user, org] = await Promise.all([needs.users.find(session.userId), needs.orgs.find(session.orgId)])
  if (user === undefined || org === undefined) return undefined
  const path = localPath(startUrl) ?? '/'
  const isWantedByProfile = (await needs.profiles.find(user.profileId))?.requiresHighAssurance === true
  return { browser, session, user, org, startUrl: path, app: await appOf(needs, visit, path), isWantedByProfile }
}

/** The app at the end of the way, if it is one to an app. */
async function appOf({ readRequest }: Needs, { site }: Visit, path: string): Promise<Person['app']> {
  if (!path.startsWith('/services/oauth2/authorize?')) return undefined
  try {
    return (await readRequest(new Map(new URLSearchParams(path.slice(path.indexOf('?')))), site, checklist())).app
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    // The authorize endpoint will say what is wrong with it.
    return undefined
  }
}

async function canVerifyNow({ verifications, now }: Needs, user: User): Promise<boolean> {
  return canVerify(await verifications.find(user.id), now())
}

/** @param offered what a page before had offered: the app that was scanned is to stay the right one */
async function show(needs: Needs, person: Person, problem: Shown, offered?: string): Promise<Reply> {
  const { browser, session, user, org, startUrl, app } = person
  const hasMethod = await canVerifyNow(needs, user)
  const secret = offered === undefined ? undefined : readOffer(needs, user, offered)
  const element = VerificationPage({
    action: verificationPath,
    csrfToken: formToken(browser.formSecret, 'verification', startUrl),
    username: user.username,
    appName: app?.label,
    startUrl,
    offer: hasMethod ? undefined : offerAuthenticator(needs, user, org.name, secret),
    asksPassword: !hasMethod && !session.awaitsVerification,
    problem,
    leave: { action: '/secur/logout.jsp', csrfToken: formToken(browser.formSecret, 'sign-out', '/') },
  })
  const status = problem === undefined ? 200 : 401
  return pageAnswer(element, { status, cookies: browser.newCookies, leadsToApp: app !== undefined })
}

function toSignIn(visit: Visit): Reply {
  return redirectTo('/', visit)
}
