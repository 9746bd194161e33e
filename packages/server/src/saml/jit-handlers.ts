import { z } from 'zod'
import type { Handlers } from '../handlers/handlers.ts'
import type { Org } from '../orgs/org.ts'
import { hasPermission } from '../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { userSearch } from '../users/user-search.ts'
import { SamlError } from './saml-error.ts'
import type { SsoAssertion } from './sso-assertion.ts'

/** What a handler said a user is to be like: whom it means, and their fields by the names of Salesforce's `User`. */
export interface JitAnswer {
  /** `Id`, of somebody who is there. */
  readonly id: string | undefined
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Asks the custom just-in-time handler of single sign-on settings what becomes of a user.
 * @param user whom the assertion names; `undefined` for somebody whom nobody knows
 * @throws {SamlError} `saml-jit-handler-failed`
 */
export type AskJitHandler = (sso: SsoAssertion, handler: string, user: User | undefined, org: Org) => Promise<JitAnswer>

interface Needs {
  readonly handlers: Pick<Handlers, 'call'>
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId' | 'search'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
}

const text = z.string().max(512)
const clearable = text.nullable().transform((value) => value ?? '')

// What else there is of a `User` at Salesforce is not read, as in attributes.
const answered = z.lazy(() =>
  z
    .object({
      Id: text.optional(),
      Username: text.optional(),
      Email: text.optional(),
      FirstName: clearable.optional(),
      LastName: text.optional(),
      ProfileId: text.optional(),
      CommunityNickname: text.optional(),
      TimeZoneSidKey: text.optional(),
      LocaleSidKey: text.optional(),
      LanguageLocaleKey: text.optional(),
      Country: clearable.optional(),
      MobilePhone: clearable.optional(),
      IsActive: z.boolean().transform(String).optional(),
      FederationIdentifier: text.optional(),
    })
    .nullish(),
)

/** {@link AskJitHandler}, by code that runs where that of other handlers does. */
export function askJitHandler({ handlers, users, profiles, permissionSets }: Needs): AskJitHandler {
  return async (sso, handler, user, org) => {
    const refuse = (problem: string) => handlerFailed(sso, handler, problem)
    const unfit = await unfitUser(sso.config.executionUserId)
    if (unfit !== undefined) throw refuse(unfit)
    const act = user === undefined ? 'createUser' : 'updateUser'
    const known = user === undefined ? [] : [user.id]
    const call = await handlers.call(handler, act, [...known, ...about(sso)], userSearch({ users }, org))
    if (!call.ok) {
      if (call.isLeftOut && user !== undefined) return { id: undefined, fields: {} }
      throw refuse(call.problem)
    }
    const read = answered.safeParse(call.json === undefined ? undefined : JSON.parse(call.json))
    if (!read.success) throw refuse(`${act} answered something else than a user`)
    if (read.data === undefined || read.data === null) {
      if (user !== undefined) return { id: undefined, fields: {} }
      throw refuse('createUser answered nobody')
    }
    const { Id, ...fields } = read.data
    if (user !== undefined && Id !== undefined && Id.slice(0, 15) !== user.id.slice(0, 15)) {
      throw refuse('updateUser answered another user than the one it was asked about')
    }
    return { id: Id, fields: Object.fromEntries(Object.entries(fields).filter(isGiven)) }
  }

  /** What keeps the user as whom it runs from having users made and changed, as at Salesforce. */
  async function unfitUser(userId: string | undefined): Promise<string | undefined> {
    const user = await users.find(userId ?? '')
    if (user === undefined) return 'it has no execution user'
    if (!user.isActive || user.isFrozen) return `its execution user ${user.username} is not active`
    const profile = await profiles.find(user.profileId)
    const mayManage = profile !== undefined && (await hasPermission(permissionSets, user, profile, 'ManageUsers'))
    return mayManage ? undefined : `its execution user ${user.username} may not make and change users (Manage Users)`
  }
}

/** What both functions are called with. There are no sites and no portals. */
function about({ config, assertion, identity }: SsoAssertion): readonly unknown[] {
  const { attributes, xml, encryptedXml } = assertion
  const values = [...attributes].map(([name, each]) => [name, each.join(';')] as const)
  // Last, so that no attribute of that name stands in its place.
  const opened = encryptedXml === undefined ? [] : [['Sfdc.SamlAssertion', xml()] as const]
  const all = Object.fromEntries([...values, ...opened])
  const shown = Buffer.from((encryptedXml ?? xml)()).toString('base64')
  return [config.id, undefined, undefined, identity, all, shown]
}

function isGiven(entry: readonly [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}

/** A handler that said nothing with which a user can be made or changed. */
export function handlerFailed({ config }: Pick<SsoAssertion, 'config'>, handler: string, problem: string): SamlError {
  return new SamlError({ reason: 'saml-jit-handler-failed', facts: { settings: config.label, handler, problem } })
}
