import { type CustomObject, objectOf, readCustomObject } from '../rest/custom-object.ts'
import type { SObject } from '../rest/object.ts'
import type { ObjectStore } from '../rest/record.ts'
import type { Noting } from './audit-trail.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** What orgs have made of objects, in the database. */
export function customObjectStore(database: Database): Noting<ObjectStore> {
  const { queries, read, change, cache } = database
  const list = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom('custom_objects').selectAll().where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const ready = cache<readonly SObject[]>(1000)
  const definitions = async (orgId: string): Promise<readonly CustomObject[]> =>
    (await read.all(list, { orgId })).map(({ definition }) => readCustomObject(JSON.parse(definition)))
  return (note) => ({
    definitions,
    list: async (orgId) => (await ready.get(orgId, async () => (await definitions(orgId)).map(objectOf))) ?? [],
    async put(orgId, object) {
      const row = { org_id: orgId, name: object.fullName, definition: JSON.stringify(object) }
      await change(async (tx) => {
        const to = { orgId, name: object.fullName }
        await note(tx, { section: 'Custom Objects', action: 'changedCustomObject', text: 'Changed object', to })
        return tx.execute(
          queries
            .insertInto('custom_objects')
            .values(row)
            .onConflict((conflict) => conflict.columns(['org_id', 'name']).doUpdateSet({ definition: row.definition })),
        )
      })
    },
  })
}
