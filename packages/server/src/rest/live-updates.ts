import { sortOrderProblem } from '../connected-apps/app-menu.ts'
import { keyPrefixes, readRecordId } from '../record-id.ts'
import { freezeUser } from '../users/freeze-user.ts'
import type { Call } from './call.ts'
import { RestError } from './error.ts'
import type { JsonObject } from './json.ts'
import { rowsOf } from './live-rows.ts'
import type { SObject } from './object.ts'
import type { FieldValue } from './record.ts'
import { readFieldValue, recordRefused } from './record-values.ts'
import { readField } from './schema.ts'

/** Changes something of the org itself: an app's place in the menu, or whether a user may sign in. @throws {RestError} */
export async function updateLive(call: Call, object: SObject, id: string, given: JsonObject): Promise<void> {
  switch (object.name) {
    case 'AppMenuItem':
      return updateMenuItem(call, object, id, given)
    case 'UserLogin':
      return updateUserLogin(call, object, id, given)
    default:
      throw new RestError({ reason: 'object-read-only', facts: { object: object.name, act: 'edit' } })
  }
}

async function updateMenuItem(call: Call, object: SObject, id: string, given: JsonObject): Promise<void> {
  const { caller } = call
  const { apps } = call.stores()
  if (!caller.access.has('CustomizeApplication')) {
    throw new RestError({ reason: 'object-permission-missing', facts: { object: object.name, act: 'edit' } })
  }
  const values = readValues(object, given)
  const appId = appOfMenuItem(readRecordId(id) ?? id)
  const policies = await apps.findPolicies(appId, caller.org.id)
  if (policies?.isInstalled !== true) throw unknown(object, id)
  const menu = {
    isVisible: Boolean(values.get('IsVisible') ?? policies.menu.isVisible),
    sortOrder: Number(values.get('SortOrder') ?? policies.menu.sortOrder),
  }
  const problem = sortOrderProblem(menu.sortOrder)
  if (problem !== undefined) throw recordRefused('NUMBER_OUTSIDE_VALID_RANGE', object, ['SortOrder'], problem)
  await call.afterwards(() => apps.setPolicies({ ...policies, menu }))
}

/** The app whose place in the menu has this id. */
function appOfMenuItem(id: string): string {
  return readRecordId(`${keyPrefixes.connectedApplication}${id.slice(3, 15)}`) ?? id
}

/** Freezes and unfreezes a user, or lets one in again who was locked out for wrong passwords. */
async function updateUserLogin(call: Call, object: SObject, id: string, given: JsonObject): Promise<void> {
  const { caller } = call
  const stores = call.stores()
  const values = readValues(object, given)
  const long = readRecordId(id)
  const [row] = long === undefined ? [] : await rowsOf(call, object, 'Id', long, ['UserId', 'IsFrozen'])
  if (row === undefined) throw unknown(object, id)
  const [userId, wasFrozen] = [String(row[0]), row[1] === 1]
  if (values.get('IsPasswordLocked') === true) {
    const problem = 'A user is locked out by wrong passwords alone; this can be set to false'
    throw recordRefused('INVALID_FIELD_FOR_INSERT_UPDATE', object, ['IsPasswordLocked'], problem)
  }
  const isFrozen = values.get('IsFrozen') ?? wasFrozen
  if (isFrozen === true && userId === caller.user.id) {
    throw recordRefused('FIELD_INTEGRITY_EXCEPTION', object, ['IsFrozen'], 'You cannot freeze yourself.')
  }
  await call.afterwards(async () => {
    if (values.has('IsPasswordLocked')) await stores.users.unlock(userId)
    if (isFrozen === wasFrozen) return
    if (isFrozen === true) await freezeUser(stores, { id: userId }, caller.user)
    else await stores.users.setFrozen(userId, false)
  })
}

/** The fields that are given, as they are stored. @throws {RestError} for one that cannot be written */
function readValues(object: SObject, given: JsonObject): ReadonlyMap<string, FieldValue> {
  return new Map(
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
}

function unknown({ name }: SObject, id: string): RestError {
  return new RestError({ reason: 'record-unknown', facts: { found: id.slice(0, 40), object: name } })
}
