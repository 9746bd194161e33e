import { isAssigned } from '../connected-apps/access.ts'
import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Org } from '../orgs/org.ts'
import type { RecordKind } from '../record-id.ts'
import type { UserAnswer } from '../token-exchange/handler-answer.ts'
import type { HandlerEnablement, TokenExchangeHandler } from '../token-exchange/token-exchange-handler.ts'
import { type NewUser, newUser } from '../users/new-user.ts'
import type { Passwords } from '../users/password.ts'
import { hasPermission } from '../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import { canonicalUsername, type User, type UserStore } from '../users/user.ts'
import { approvalFacts } from './approved-scopes.ts'
import { refusal } from './refusal.ts'

/** What making a user takes; whoever makes them is noted. */
export interface MakingStores {
  readonly users: Pick<UserStore, 'findByUsername' | 'findByFederationId' | 'add'>
  readonly profiles: Pick<ProfileStore, 'findByName' | 'list'>
  readonly permissionSets: Pick<PermissionSetStore, 'findByName' | 'list'>
}

/** What finding the user of a token needs. */
export interface SubjectUserNeeds {
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId' | 'search'>
  readonly profiles: Pick<ProfileStore, 'find' | 'findByName'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly actedBy: (userId: string) => MakingStores
  readonly passwords: Pick<Passwords, 'hash'>
  readonly newId: (kind: RecordKind) => string
  readonly now: () => Date
}

/** For whom a handler decides. */
export interface Exchange {
  readonly org: Org
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  readonly handler: TokenExchangeHandler
  readonly enablement: HandlerEnablement
}

/** Finds or makes the user whom a handler answered. */
export type SubjectUser = (answer: UserAnswer, exchange: Exchange) => Promise<User>

/** Finds or makes users, over the stores. @throws {OAuthError} when there is none of this org */
export function subjectUser(needs: SubjectUserNeeds): SubjectUser {
  const { users } = needs
  return async (answer, exchange) => {
    const { org, handler } = exchange
    const byId = answer.Id === undefined ? undefined : await users.find(answer.Id)
    const user = answer.Id === undefined ? await users.findByUsername(canonicalUsername(answer.Username ?? '')) : byId
    if (user !== undefined) {
      if (user.orgId === org.id) return user
      throw refusal({
        reason: 'user-of-another-org',
        facts: { user: answer.Username ?? answer.Id ?? '', org: org.name },
      })
    }
    const found = (answer.Username ?? answer.Id ?? '').slice(0, 80)
    if (answer.Id !== undefined || !handler.isUserCreationAllowed) {
      throw refusal({ reason: 'exchange-user-unknown', facts: { handler: handler.developerName, found } })
    }
    return made(answer, exchange)
  }

  async function made(answer: UserAnswer, exchange: Exchange): Promise<User> {
    const { org, handler, enablement } = exchange
    const { Username: username = '', Email: email = '', LastName: lastName = '', Profile: profile = '' } = answer
    await checkMayBeMade(username, profile, exchange)
    const entered: NewUser = {
      username,
      email,
      lastName,
      profile,
      ...(answer.FirstName !== undefined && { firstName: answer.FirstName }),
      ...(answer.Alias !== undefined && { nickname: answer.Alias }),
      ...(answer.TimeZoneSidKey !== undefined && { timeZone: answer.TimeZoneSidKey }),
      ...(answer.LocaleSidKey !== undefined && { locale: answer.LocaleSidKey }),
      ...(answer.LanguageLocaleKey !== undefined && { language: answer.LanguageLocaleKey }),
      ...(answer.Country !== undefined && { country: answer.Country }),
      ...(answer.MobilePhone !== undefined && { mobilePhone: answer.MobilePhone }),
      ...(answer.FederationIdentifier !== undefined && { federationId: answer.FederationIdentifier }),
    }
    const { passwords, newId, now } = needs
    const stores = needs.actedBy(enablement.executionUserId)
    try {
      const outcome = await newUser({ ...stores, passwords, newId, now }, org, entered)
      if (outcome.ok) return outcome.value
      const problems = outcome.problems.map(({ field, message }) => `${field}: ${message}`)
      throw refusal({ reason: 'user-not-made', facts: { handler: handler.developerName, problems } })
    } catch (error) {
      // Another request for the same person may have been quicker: usernames are unique.
      const other = await users.findByUsername(canonicalUsername(username))
      if (other?.orgId === org.id) return other
      throw error
    }
  }

  /** Nobody is made who could not use the app anyway, and by nobody who may not make users. */
  async function checkMayBeMade(username: string, profileName: string, exchange: Exchange): Promise<void> {
    const { org, app, policies, handler, enablement } = exchange
    const maker = await users.find(enablement.executionUserId)
    const makersProfile = await needs.profiles.find(maker?.profileId ?? '')
    const mayMake =
      maker !== undefined &&
      makersProfile !== undefined &&
      (await hasPermission(needs.permissionSets, maker, makersProfile, 'ManageUsers'))
    if (!mayMake) {
      const problems = [`the execution user ${maker?.username ?? ''} may not make users (Manage Users)`]
      throw refusal({ reason: 'user-not-made', facts: { handler: handler.developerName, problems } })
    }
    if (!policies.isAdminApproved) {
      throw refusal({ reason: 'not-approved', facts: approvalFacts(app, username.slice(0, 80), 'approval') })
    }
    const profile = await needs.profiles.findByName(org.id, profileName)
    if (profile !== undefined && !isAssigned(policies, { profileId: profile.id, permissionSetIds: [] })) {
      const facts = { app: app.label, user: username.slice(0, 80), profile: profile.name }
      throw refusal({ reason: 'not-admin-approved', facts })
    }
  }
}
