import { sortOrderProblem } from '../connected-apps/app-menu.ts'
import { id15, keyPrefixes, readRecordId } from '../record-id.ts'
import { aboutOf } from '../tokens/delete-token.ts'
import { findDeletion } from '../tokens/end-deletion.ts'
import type { Call } from './call.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'
import type { SObject } from './object.ts'
import { askerOf } from './query.ts'
import type { QueriedRow } from './record.ts'
import { readFieldValue, recordRefused } from './record-values.ts'
import { readField } from './schema.ts'
import type { Expression, Plan } from './soql/plan.ts'
import { storedId } from './soql/values.ts'

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
  await call.afterwards(() =>
    changePermissionSets(call, userId, (ids) => (ids.includes(permissionSetId) ? ids : [...ids, permissionSetId])),
  )
  const short = `${object.keyPrefix}${id15(userId).slice(9)}${id15(permissionSetId).slice(9)}`
  return readRecordId(short) ?? short
}

/** Undoes something of the org itself: revokes, ends, or takes away. @throws {RestError} 404 `NOT_FOUND` */
export async function deleteLive(call: Call, object: SObject, id: string): Promise<void> {
  const { stores, caller, now } = call
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
      const [userId, permissionSetId] = await found('AssigneeId', 'PermissionSetId')
      return call.afterwards(() =>
        changePermissionSets(call, String(userId), (ids) => ids.filter((one) => one !== permissionSetId)),
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

/** Changes something of the org itself: the place of an app in its menu. @throws {RestError} */
export async function updateLive(call: Call, object: SObject, id: string, given: JsonObject): Promise<void> {
  const { stores, caller } = call
  if (object.name !== 'AppMenuItem') {
    throw new RestError({ reason: 'object-read-only', facts: { object: object.name, act: 'edit' } })
  }
  if (!caller.access.has('CustomizeApplication')) {
    throw new RestError({ reason: 'object-permission-missing', facts: { object: object.name, act: 'edit' } })
  }
  const values = new Map(
    Object.entries(given)
      .filter(([name]) => name !== 'attributes')
      .map(([name, value]) => {
        const field = readField(object, name)
        if (!field.isUpdateable) {
          const message = `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`
          throw recordRefused('INVALID_FIELD_FOR_INSERT_UPDATE', object, [field.name], message)
        }
        return [field.name, readFieldValue(object, field, value ?? null)]
      }),
  )
  const appId = appOfMenuItem(readRecordId(id) ?? id)
  const policies = await stores.apps.findPolicies(appId, caller.org.id)
  if (policies?.isInstalled !== true) {
    throw new RestError({ reason: 'record-unknown', facts: { found: id.slice(0, 40), object: object.name } })
  }
  const menu = {
    isVisible: Boolean(values.get('IsVisible') ?? policies.menu.isVisible),
    sortOrder: Number(values.get('SortOrder') ?? policies.menu.sortOrder),
  }
  const problem = sortOrderProblem(menu.sortOrder)
  if (problem !== undefined) throw recordRefused('NUMBER_OUTSIDE_VALID_RANGE', object, ['SortOrder'], problem)
  await call.afterwards(() => stores.apps.setPolicies({ ...policies, menu }))
}

/** The app whose place in the menu has this id. */
function appOfMenuItem(id: string): string {
  return readRecordId(`${keyPrefixes.connectedApplication}${id.slice(3, 15)}`) ?? id
}

function requireManageUsers({ caller }: Call, { name }: SObject): void {
  if (caller.access.has('ManageUsers')) return
  throw new RestError({ reason: 'object-permission-missing', facts: { object: name, act: 'create' } })
}

async function changePermissionSets(
  { stores, now }: Call,
  userId: string,
  change: (ids: readonly string[]) => readonly string[],
): Promise<void> {
  const user = await stores.users.find(userId)
  if (user === undefined) return
  await stores.users.update(userId, { ...user, permissionSetIds: change(user.permissionSetIds), modifiedAt: now })
}

/** Values of the records of an object whose field has a value. */
async function rowsOf(
  call: Call,
  object: SObject,
  by: string,
  id: string,
  names: readonly string[],
): Promise<readonly QueriedRow[]> {
  const expression = (name: string): Expression => ({
    kind: 'field',
    path: { via: [], field: readField(object, name) },
  })
  const plan: Plan = {
    object,
    includesDeleted: false,
    isMine: false,
    kind: 'records',
    select: [],
    where: { kind: 'compare', left: expression(by), by: '=', value: storedId(readField(object, by), id) },
    groupBy: [],
    having: undefined,
    orderBy: [],
    limit: 1,
    offset: 0,
  }
  return call.reader.query(plan, askerOf(call), ['Id', ...names].slice(names.length > 0 ? 1 : 0).map(expression), {
    offset: 0,
    limit: 1,
  })
}
