import { id15, readRecordId } from '../record-id.ts'
import { aboutOf } from '../tokens/delete-token.ts'
import { findDeletion } from '../tokens/end-deletion.ts'
import type { Call } from './call.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'
import { rowsOf } from './live-rows.ts'
import type { SObject } from './object.ts'
import type { QueriedRow } from './record.ts'
import { recordRefused } from './record-values.ts'
import { readField } from './schema.ts'

/** Makes something of the org itself: the assignment of a permission set. @throws {RestError} */
export async function insertLive(call: Call, object: SObject, given: JsonObject): Promise<string> {
  requireManageUsers(call, object)
  const read = (name: string) => {
    const id = typeof given[name] === 'string' ? readRecordId(given[name]) : undefined
    if (id === undefined)
      throw recordRefused('REQUIRED_FIELD_MISSING', object, [name], `Required fields are missing: [${name}]`)
    return id
  }
  for (const name of Object.keys(given)) if (name !== 'attributes') readField(object, name)
  const [userId, permissionSetId] = [read('AssigneeId'), read('PermissionSetId')]
  const { schema } = call.caller
  for (const [name, target, id] of [
    ['AssigneeId', schema.find('User'), userId],
    ['PermissionSetId', schema.find('PermissionSet'), permissionSetId],
  ] as const) {
    if (target !== undefined && (await rowsOf(call, target, 'Id', id, [])).length > 0) continue
    throw recordRefused(
      'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      object,
      [name],
      `insufficient access rights on cross-reference id: ${id}`,
    )
  }
  await refuseOwnedByProfile(call, object, permissionSetId)
  await call.afterwards(() =>
    changePermissionSets(call, userId, (ids) => (ids.includes(permissionSetId) ? ids : [...ids, permissionSetId])),
  )
  const short = `${object.keyPrefix}${id15(userId).slice(9)}${id15(permissionSetId).slice(9)}`
  return readRecordId(short) ?? short
}

/** Undoes something of the org itself: revokes, ends, or takes away. @throws {RestError} 404 `NOT_FOUND` */
export async function deleteLive(call: Call, object: SObject, id: string): Promise<void> {
  const { caller, now } = call
  const stores = call.stores()
  const isToken = object.name === 'OauthToken'
  // What ends a token is not written down.
  const shown = isToken ? 'a DeleteToken' : id.slice(0, 40)
  const unknown = new RestError({ reason: 'record-unknown', facts: { found: shown, object: object.name } })
  if (isToken) return endToken()
  const long = readRecordId(id)
  if (long === undefined) throw unknown
  const found = async (...names: readonly string[]): Promise<QueriedRow> => {
    const [row] = await rowsOf(call, object, 'Id', long, names)
    if (row === undefined) throw unknown
    return row
  }
  switch (object.name) {
    case 'AuthSession': {
      const [number, userId] = await found('Id', 'UsersId')
      requireOwn(call, object, String(userId))
      const { orgId } = caller.user
      // Even numbers are of browser sessions, odd ones of access tokens.
      const ended = Math.floor(Number(number) / 2)
      return call.afterwards(() =>
        Number(number) % 2 === 0 ? stores.sessions.endIn(orgId, ended) : stores.accessTokens.endIn(orgId, ended, now),
      )
    }
    case 'PermissionSetAssignment': {
      requireManageUsers(call, object)
      const [userId, setId] = await found('AssigneeId', 'PermissionSetId')
      await refuseOwnedByProfile(call, object, String(setId))
      return call.afterwards(() =>
        changePermissionSets(call, String(userId), (ids) => ids.filter((one) => id15(one) !== setId)),
      )
    }
    default:
      throw new RestError({ reason: 'object-read-only', facts: { object: object.name, act: 'delete' } })
  }

  /** A row of `OauthToken` has no id, as at Salesforce: the `DeleteToken` that it shows stands in its place. */
  async function endToken(): Promise<void> {
    const deletion = call.tokens.readDeleteToken(id)
    const [row] = deletion === undefined ? [] : await rowsOf(call, object, 'DeleteToken', aboutOf(deletion), ['UserId'])
    if (deletion === undefined || row === undefined) throw unknown
    requireOwn(call, object, String(row[0]))
    return call.afterwards(async () => (await findDeletion(stores, deletion, now))?.end())
  }

  function requireOwn({ caller }: Call, { name }: SObject, userId: string): void {
    const isTheirs = object.access.to === 'owner' && caller.access.has(object.access.permission)
    if (userId === caller.user.id || isTheirs) return
    throw new RestError({ reason: 'object-permission-missing', facts: { object: name, act: 'delete' } })
  }
}

function requireManageUsers({ caller }: Call, { name }: SObject): void {
  if (caller.access.has('ManageUsers')) return
  throw new RestError({ reason: 'object-permission-missing', facts: { object: name, act: 'create' } })
}

/** What a profile has of its own comes and goes with the profile. */
async function refuseOwnedByProfile(call: Call, object: SObject, permissionSetId: string): Promise<void> {
  const sets = call.caller.schema.find('PermissionSet')
  const [row] = sets === undefined ? [] : await rowsOf(call, sets, 'Id', permissionSetId, ['IsOwnedByProfile'])
  if (row?.[0] !== 1) return
  const problem = 'The permission set of a profile can only be assigned with the profile'
  throw recordRefused('FIELD_INTEGRITY_EXCEPTION', object, ['PermissionSetId'], problem)
}

async function changePermissionSets(
  { stores, now }: Call,
  userId: string,
  change: (ids: readonly string[]) => readonly string[],
): Promise<void> {
  const { users } = stores()
  const user = await users.find(userId)
  if (user === undefined) return
  await users.update(userId, { ...user, permissionSetIds: change(user.permissionSetIds), modifiedAt: now })
}
