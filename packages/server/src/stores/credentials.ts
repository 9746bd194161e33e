import type { z } from 'zod'
import {
  type CredentialStore,
  type ExternalCredentialStore,
  endpointOf,
  externalCredentialSettings,
  type Kept,
  type NamedCredentialStore,
  namedCredentialSettings,
} from '../named-credentials/credential.ts'
import type { Noting } from './audit-trail.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { type Placeholder, statement } from './statement.ts'

/** Named credentials in the database. */
export function namedCredentialStore(database: Database): Noting<NamedCredentialStore> {
  return credentials(database, 'named_credentials', 'named credential', namedCredentialSettings, (settings) => ({
    endpoint: endpointOf(settings),
  }))
}

/** External credentials in the database. */
export function externalCredentialStore(database: Database): Noting<ExternalCredentialStore> {
  return credentials(database, 'external_credentials', 'external credential', externalCredentialSettings, () => ({
    endpoint: '',
  }))
}

function credentials<Settings extends { readonly label: string }>(
  { queries, read, write }: Database,
  table: 'named_credentials' | 'external_credentials',
  noun: string,
  schema: z.ZodType<Settings>,
  derived: (settings: Settings) => { readonly endpoint: string },
): Noting<CredentialStore<Kept<Settings>>> {
  const listOfOrg = statement((given: Placeholder<{ orgId: string }>) =>
    queries.selectFrom(table).selectAll().where('org_id', '=', given('orgId')).orderBy('name'),
  )
  const did = (act: 'insert' | 'update' | 'delete', verb: string) => ({
    section: 'Named Credentials',
    action: `${act}${table === 'named_credentials' ? 'NamedCredential' : 'ExternalCredential'}`,
    text: `${verb} ${noun}`,
  })
  const columnsOf = (credential: Kept<Settings>) => ({
    label: credential.settings.label,
    settings: JSON.stringify(credential.settings),
    modified_at: instant(credential.modifiedAt),
    ...derived(credential.settings),
  })

  return (note) => ({
    async add(credential) {
      const { id, orgId, name, createdAt } = credential
      const row = { id, org_id: orgId, name, created_at: instant(createdAt), ...columnsOf(credential) }
      await write(async (tx) => {
        await note(tx, { ...did('insert', 'Created'), to: credential })
        await tx.execute(queries.insertInto(table).values(row))
      })
    },
    async update(credential) {
      const query = queries.updateTable(table).set(columnsOf(credential)).where('id', '=', credential.id)
      await write(async (tx) => {
        await note(tx, { ...did('update', 'Changed'), to: credential })
        await tx.execute(query)
      })
    },
    async delete(credential) {
      await write(async (tx) => {
        await note(tx, { ...did('delete', 'Deleted'), to: credential })
        await tx.execute(queries.deleteFrom(table).where('id', '=', credential.id))
      })
    },
    async list(orgId) {
      return (await read.all(listOfOrg, { orgId })).map((row) => ({
        id: row.id,
        orgId: row.org_id,
        name: row.name,
        settings: schema.parse(JSON.parse(row.settings)),
        createdAt: readInstant(row.created_at),
        modifiedAt: readInstant(row.modified_at),
      }))
    },
  })
}
