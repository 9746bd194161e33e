import { z } from 'zod'
import { checkOauthUse } from '../../connected-apps/access.ts'
import type { ApprovalStore } from '../../connected-apps/approval.ts'
import {
  type AppPolicies,
  type ConnectedApp,
  type ConnectedAppStore,
  uninstalledPolicies,
} from '../../connected-apps/connected-app.ts'
import { refreshScope, requestedScopes, type Scope } from '../../connected-apps/scope.ts'
import type { HandlerAct } from '../../handlers/handler-messages.ts'
import type { Handlers } from '../../handlers/handlers.ts'
import { type Checklist, checklist, pass } from '../../journal/checklist.ts'
import type { Addresses } from '../../orgs/address.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import { hashSecret } from '../../secret.ts'
import { userAnswer, type ValidationAnswer, validationAnswer } from '../../token-exchange/handler-answer.ts'
import { chooseHandler, type TokenExchangeHandlerStore } from '../../token-exchange/token-exchange-handler.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { User } from '../../users/user.ts'
import { userSearch } from '../../users/user-search.ts'
import { approvedScopes } from '../approved-scopes.ts'
import { keptUntil } from '../client-authentication.ts'
import {
  checkRequestedType,
  checkTarget,
  exchangeGrantType,
  readSubjectToken,
  type SubjectToken,
  tokenTypes,
  unknownType,
} from '../exchanged-token.ts'
import { refusal } from '../refusal.ts'
import { type Exchange, type SubjectUserNeeds, subjectUser } from '../subject-user.ts'
import type { TokenRequest } from '../token-request.ts'
import type { UserOfApp } from '../user-of-app.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs extends SubjectUserNeeds {
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'find' | 'scopesWithRefreshToken'>
  readonly tokenExchangeHandlers: Pick<TokenExchangeHandlerStore, 'list'>
  readonly handlers: Pick<Handlers, 'call'>
  readonly addresses: Pick<Addresses, 'baseOf' | 'basesOf'>
  readonly userOfApp: UserOfApp
}

const params = z.object({
  subject_token: optionalText,
  subject_token_type: optionalText,
  actor_token: optionalText,
  requested_token_type: optionalText,
  audience: optionalText,
  resource: optionalText,
  scope: optionalText,
  token_handler: optionalText,
})

/**
 * OAuth 2.0 Token Exchange Flow (RFC 8693 §2.1): a handler of the org says whether a token from outside is good, and whose it is;
 * everything else is decided here, as in other flows. Never more scopes than were approved before, and a refresh token only for who
 * asks for that scope by name.
 */
export function tokenExchange(needs: Needs): Grant<z.infer<typeof params>> {
  const { apps, orgs, users, addresses, userOfApp, now } = needs
  const userNamed = subjectUser(needs)

  return {
    type: exchangeGrantType,
    client: 'authenticated',
    params,
    secretRequiredBy: (app) =>
      app.isSecretRequiredForTokenExchange ? 'Require Secret for Token Exchange Flow' : undefined,

    async authorize(given, { app }, { request, checks }) {
      const org = await orgAt(request, app)
      checks.orgId = org.id
      pass(checks, 'domain', { org: org.name })
      const policies = await policiesAt(org, app)
      checkFlow(org, app, policies)
      pass(checks, 'flow')
      checkRequestedType(given.requested_token_type, [tokenTypes.accessToken])
      // Who delegates must not be taken for who acts: a token that says both cannot be given here (RFC 8693 §1.1).
      if (given.actor_token !== undefined) throw refusal({ reason: 'actor-token-unexpected', facts: {} })
      checkTarget(given, org, addresses, checks)
      const subject = readSubjectToken(given, checks)
      const exchange = await handlerFor(org, app, policies, given.token_handler)
      if (!exchange.handler.tokenTypes.includes(subject.type)) {
        throw unknownType('subject_token_type', given.subject_token_type, exchange.handler.tokenTypes)
      }
      const validation = await validated(subject, exchange)
      const user = await userOf(validation, exchange)
      checks.userId = user.id
      pass(checks, 'token-handler', { handler: exchange.handler.developerName, user: user.username })

      const question = { userId: user.id, app, request, checks, relaxesAddress: false }
      const { profile, policies: current } = await userOfApp(question)
      if (current.requiresHighAssurance) {
        throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
      }
      if (!(await hasPermission(needs.permissionSets, user, profile, 'ApiEnabled'))) {
        throw refusal({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile.name } })
      }
      const scopes = await scopesFor(given.scope, app, current, user, checks)
      pass(checks, 'scope', { scopes })
      return {
        app,
        policies: current,
        org,
        user,
        scopes,
        source: {
          kind: 'token-exchange',
          handler: exchange.handler.developerName,
          used: usedOnce(validation, exchange),
        },
        loginSubType: 'OauthTokenExchange',
      }
    },
  }

  /** The org whose address was asked; at the login host, that of the app. */
  async function orgAt({ site }: TokenRequest, app: ConnectedApp): Promise<Org> {
    const org = site.org ?? (await orgs.find(app.orgId ?? ''))
    if (org === undefined) {
      throw refusal({ reason: 'domain-not-own', facts: { app: app.label, found: site.base, own: [] } })
    }
    return org
  }

  /** The policies as they are before it is known who the user is: whether they may use the app is asked later. */
  async function policiesAt(org: Org, app: ConnectedApp): Promise<AppPolicies> {
    const policies = (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
    const unusable = checkOauthUse({ org, app, policies, uninstalledUse: 'authorized-before' }, checklist())
    if (unusable !== undefined) throw refusal(unusable)
    return policies
  }

  async function handlerFor(
    org: Org,
    app: ConnectedApp,
    policies: AppPolicies,
    named: string | undefined,
  ): Promise<Exchange> {
    const choice = chooseHandler(await needs.tokenExchangeHandlers.list(org.id), app.id, named)
    const asked = named?.slice(0, 80) ?? 'none'
    if (!choice.ok) {
      const facts = { app: app.label, org: org.name, asked, problem: choice.problem }
      throw refusal({ reason: 'token-handler-missing', facts })
    }
    const { handler, enablement } = choice
    const executionUser = await users.find(enablement.executionUserId)
    if (executionUser?.isActive !== true || executionUser.isFrozen) {
      const problem = `its execution user ${executionUser?.username ?? ''} is not active`
      throw refusal({ reason: 'token-handler-broken', facts: { handler: handler.developerName, problem } })
    }
    return { org, app, policies, handler, enablement }
  }

  async function validated({ text, type }: SubjectToken, exchange: Exchange): Promise<ValidationAnswer> {
    const { app, handler } = exchange
    const args = [app.fullName, integratingType(app), text, type]
    const validation = await answerOf(validationAnswer, 'validateIncomingToken', args, exchange)
    if (validation.isValid) return validation
    const message = oneLine(validation.customErrorMessage ?? '')
    throw refusal({ reason: 'token-refused', facts: { handler: handler.developerName, message } })
  }

  async function userOf(validation: ValidationAnswer, exchange: Exchange): Promise<User> {
    const { app, handler } = exchange
    const args = [undefined, validation, handler.isUserCreationAllowed, app.fullName, integratingType(app)]
    const answer = await answerOf(userAnswer, 'getUserForTokenSubject', args, exchange)
    if (answer !== undefined && answer !== null) return userNamed(answer, exchange)
    throw refusal({ reason: 'exchange-user-unknown', facts: { handler: handler.developerName, found: 'nobody' } })
  }

  /** Calls the handler, and takes nothing of it that is not of the right shape. */
  async function answerOf<Answer>(
    schema: z.ZodType<Answer>,
    act: HandlerAct,
    args: readonly unknown[],
    { org, handler }: Exchange,
  ): Promise<Answer> {
    const call = await needs.handlers.call(handler.tokenHandlerApex, act, args, userSearch(needs, org))
    if (!call.ok) throw broken(call.problem)
    const answer = schema.safeParse(call.json === undefined ? undefined : JSON.parse(call.json))
    if (answer.success) return answer.data
    const place = answer.error.issues[0]?.path.join('.') ?? ''
    throw broken(`${act} answered something else than it should${place === '' ? '' : `, at ${place.slice(0, 64)}`}`)

    function broken(problem: string) {
      return refusal({ reason: 'token-handler-broken', facts: { handler: handler.developerName, problem } })
    }
  }

  async function scopesFor(
    wanted: string | undefined,
    app: ConnectedApp,
    policies: AppPolicies,
    user: User,
    checks: Checklist,
  ): Promise<readonly Scope[]> {
    const approved = policies.isAdminApproved
      ? app.scopes
      : await approvedScopes(needs.approvals, { app, policies, user }, now(), checks)
    // What the app has lost since cannot be had by an old approval.
    const allowed = approved.filter((scope) => scope === 'id' || app.scopes.includes(scope))
    const asked = wanted ?? allowed.filter((scope) => scope !== refreshScope).join(' ')
    const by = policies.isAdminApproved ? 'app' : 'approval'
    if (asked === '') throw refusal({ reason: 'scope-not-allowed', facts: { app: app.label, found: [], allowed, by } })
    const scopes = requestedScopes(asked, allowed)
    if (scopes.ok) return scopes.scopes
    const found = [...scopes.unknown, ...scopes.notOfApp].map((scope) => scope.slice(0, 64)).slice(0, 16)
    throw refusal({ reason: 'scope-not-allowed', facts: { app: app.label, found, allowed, by } })
  }

  function usedOnce({ singleUse }: ValidationAnswer, { org, handler }: Exchange) {
    if (singleUse === undefined) return undefined
    const hash = hashSecret(`${org.id} exchange ${handler.id} ${singleUse.id}`)
    return { hash, expiresAt: keptUntil(singleUse.expiresAt, now()) }
  }
}

/** `Auth.IntegratingAppType` of an app. */
function integratingType({ external }: ConnectedApp): 'CA' | 'ECA' {
  return external === undefined ? 'CA' : 'ECA'
}

function checkFlow(org: Org, app: ConnectedApp, policies: AppPolicies): void {
  const facts = { app: app.label, org: org.name }
  if (!app.isTokenExchangeEnabled) throw refusal({ reason: 'token-exchange-off', facts: { ...facts, where: 'app' } })
  if (!policies.isTokenExchangeFlowEnabled) {
    throw refusal({ reason: 'token-exchange-off', facts: { ...facts, where: 'policies' } })
  }
}

/** What a handler tells the caller, in the characters of `error_description` (RFC 6749 §5.2). */
function oneLine(text: string): string {
  return text
    .slice(0, 2000)
    .replaceAll(/["\\]/g, "'")
    .replaceAll(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 200)
}
