import type { ApprovalStore } from '../connected-apps/approval.ts'
import type { ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { type Checklist, checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { CheckCredentials, Known } from '../sessions/credentials.ts'
import { noSession } from '../sessions/session.ts'
import type { PermissionSetStore } from '../users/profile.ts'
import { secondFactorOf } from '../users/second-factor.ts'
import type { UserStore } from '../users/user.ts'
import type { Admit } from './admission.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { OAuthError } from './error.ts'
import type { LoginPlace, NoteFailedLogin } from './failed-login.ts'
import { authorizeRefusal, credentialsRefusal } from './refusal.ts'

/** What an app sends with an authorize request in place of a person at a page. */
export interface SentCredentials {
  /** The header `Auth-Request-Type`. */
  readonly kind: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  /** Whether they came as a Basic header. */
  readonly inHeader: boolean
}

/** Lets an app in with what somebody typed into a form of its own. @throws {OAuthError} to be sent back to the app */
export type Headless = (
  request: AuthorizeRequest,
  sent: SentCredentials,
  place: LoginPlace,
  checks: Checklist,
) => Promise<Readonly<Record<string, string>>>

interface Needs {
  readonly checkCredentials: CheckCredentials
  readonly admit: Admit
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly users: Pick<UserStore, 'noteLogin'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'allow'>
  readonly noteFailedLogin: NoteFailedLogin
  readonly onError: (error: unknown) => void
  readonly now: () => Date
}

const namedUser = 'Named-User'

/**
 * The authorize endpoint without a browser. Who types a password into an app has allowed it: that becomes their approval.
 * Whatever is wrong about the credentials, the answer is the same, and so is the time it takes.
 */
export function headless(needs: Needs): Headless {
  const { checkCredentials, admit, apps, users, permissionSets, approvals, noteFailedLogin, onError, now } = needs
  return async (request, sent, place, checks) => {
    const { app, responseType, redirectUri, codeChallenge, nonce, dpopKey } = request
    if (sent.kind !== namedUser) {
      const facts = { found: sent.kind?.slice(0, 128) ?? 'none', offered: [namedUser] }
      throw authorizeRefusal({ reason: 'auth-request-type-unknown', facts })
    }
    if (sent.inHeader && app.isCodeCredentialPostOnly) {
      throw authorizeRefusal({ reason: 'credentials-in-header', facts: { app: app.label } })
    }
    const { username, password } = sent
    if (username === undefined || password === undefined) {
      const parameter = username === undefined ? 'username' : 'password'
      throw credentialsRefusal({ reason: 'credentials-missing', facts: { parameter } })
    }
    const refuse = (org: Org) => {
      const closed = responseType.checkOrg(org, app)
      if (closed === undefined) pass(checks, 'flow')
      return closed
    }
    const freedBy = async ({ org }: Known) => {
      const policies = await apps.findPolicies(app.id, org.id)
      return policies?.ipRelaxation === 'BYPASS' ? app : undefined
    }
    const rules = { by: 'person' as const, refuse, freedBy }
    const checked = await checkCredentials({ username, password, ...place }, rules, checks)
    if (!checked.ok) throw failed(credentialsRefusal(checked.refusal))
    const { org, user, profile, at } = checked
    if ((await secondFactorOf(permissionSets, user, profile)) !== undefined) {
      throw failed(credentialsRefusal({ reason: 'second-factor-needed', facts: { user: user.username } }))
    }
    const further = checklist()
    const admitted = await admit(request, { org, user, profile, session: noSession }, place.sourceIp, further)
    // The user and the address have been looked at with the password already.
    const met = new Set(checks.passed.map(({ check }) => check))
    checks.passed.push(...further.passed.filter(({ check }) => !met.has(check)))
    if (!admitted.ok) throw failed(authorizeRefusal(admitted.refusal))
    const { scopes, policies, preApproved } = admitted
    if (!preApproved) {
      await approvals.allow({ orgId: org.id, userId: user.id, appId: app.id, scopes }, at)
      pass(checks, 'approved', { by: 'the user, who gave the app the password', scopes })
    }
    await users.noteLogin(user.id, at)
    const granted = { app, policies, org, user, scopes, redirectUri, codeChallenge, nonce, dpopKey }
    return responseType.answer({ ...granted, authTime: now(), session: noSession, ...place }, checks)

    function failed(error: OAuthError): OAuthError {
      // Not waited for: the time must not tell whether there is such a user.
      noteFailedLogin(error.refusal, place, checks, undefined).catch(onError)
      return error
    }
  }
}
