import type { Call } from './call.ts'
import type { SObject } from './object.ts'
import { askerOf } from './query.ts'
import type { QueriedRow } from './record.ts'
import { readField } from './schema.ts'
import type { Expression, Plan } from './soql/plan.ts'
import { storedId } from './soql/values.ts'

/** Values of the records of an object whose field has a value. */
export async function rowsOf(
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
