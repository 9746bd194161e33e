import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { newSchemaUrl } from '../../../../test/postgres-url.ts'
import { migrate } from '../../src/stores/migrations/migrate.ts'
import { dialectAt, openStores, type Place } from '../../src/stores/open.ts'
import { newId, noon } from './demo-org.ts'
import { testSeal } from './open-test-stores.ts'

const at = noon.getTime()
const orgId = newId('organization')
const appId = newId('connectedApplication')

// What the first program kept, as far as later ones make something of it.
const kept = (noByte: string) => [
  `insert into orgs (id, name, type, is_active, epoch, settings, created_at) values ('${orgId}', 'Acme', 'production', 1, 1,
    '{"sessionTimeout":7200,"isPkceRequired":false,"maxLoginAttempts":10,"lockoutInterval":900,"minimumPasswordLength":8}', ${at})`,
  `insert into connected_apps (id, org_id, full_name, label, contact_email, consumer_key, secret_hash, secret_sealed,
    callback_urls, scopes, is_consumer_secret_optional, is_secret_required_for_refresh_token, is_pkce_required,
    is_introspect_all_tokens, is_refresh_token_rotation_enabled, id_token_config, ip_ranges, created_at, modified_at)
    values ('${appId}', '${orgId}', 'Warehouse', 'Warehouse', 'dev@acme.example', 'key', ${noByte}, '1.sealed', '[]', 'api', 0, 1, 0, 0, 0,
    '{"validity":120,"audiences":[],"includesStandardClaims":true}', '[]', ${at}, ${at})`,
  `insert into app_policies (app_id, org_id, epoch, is_blocked, is_admin_approved, profile_ids, permission_set_ids,
    ip_relaxation, refresh_token_policy, requires_high_assurance)
    values ('${appId}', '${orgId}', 1, 0, 0, '[]', '[]', 'ENFORCE', '{"kind":"infinite"}', 0)`,
  `insert into profiles (id, org_id, name, permissions, login_ip_ranges)
    values ('00e000000000001AAA', '${orgId}', 'Standard User', '["ApiEnabled"]', '[]')`,
  `insert into records (id, org_id, object, name, fields, owner_id, created_at, modified_at)
    values ('003000000000001AAA', '${orgId}', 'Contact', '', '{"FirstName":"Rose","LastName":"Gonzalez"}', 'u', 1, 2),
      ('00T000000000001AAA', '${orgId}', 'Task', '', '{"Subject":"Call"}', 'u', 1, 2)`,
  `insert into login_history (org_id, user_id, at, login_type, status, application, source_ip, login_url, browser)
    values ('${orgId}', 'u', ${at}, 'Oauth2', 'Success', 'App', '192.0.2.7', 'https://x.example', 'b'),
      ('${orgId}', 'u', ${at}, 'Oauth2', 'Invalid password', 'App', '192.0.2.7', 'https://x.example', 'b')`,
  `insert into journal (request_id, at, endpoint, flow, org_id, source_ip, status, passed, refusal)
    values ('r1', ${at}, 'token', null, '${orgId}', '192.0.2.7', 400, '[]', '{"reason":"user-unknown","facts":{}}'),
      ('r2', ${at}, 'token', 'jwt', '${orgId}', '192.0.2.7', 200, '[]', null)`,
]

describe.each(['SQLite', 'PostgreSQL'])('a database of the first schema (%s)', (database) => {
  it('is brought to this one, with what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-first-'))
    const place: Place =
      database === 'SQLite' ? { file: join(folder, 'sallyport.db'), synchronous: 'OFF' } : { url: await newSchemaUrl() }
    const dialect = await dialectAt(place)
    const connection = await dialect.connect()
    await migrate(connection, dialect, testSeal, 1)
    await connection.begin()
    const texts = kept(database === 'SQLite' ? "x''" : "''")
    for (const text of texts) await connection.execute({ compile: () => sql.raw(text).compile(dialect.queries) })
    await connection.commit()
    await connection.close()

    const onError = (error: unknown) => {
      throw error
    }
    const stores = await openStores({ ...place, seal: testSeal, now: () => noon, onError })
    expect(await stores.apps.find(appId)).toMatchObject({ fullName: 'Warehouse', isClientCredentialEnabled: false })
    expect(await stores.apps.findPolicies(appId, orgId)).toMatchObject({
      clientCredentialUserId: undefined,
      isInstalled: true,
      assuranceAction: 'Block',
    })
    expect((await stores.profiles.findByName(orgId, 'Standard User'))?.objectPermissions).toHaveLength(7)
    const page = { offset: 0, limit: 10 }
    expect(await stores.records.list(orgId, 'Contact', page)).toMatchObject([
      { name: 'Rose Gonzalez', createdById: 'u', modifiedById: 'u', deletedAt: undefined },
    ])
    expect(await stores.records.list(orgId, 'Task', page)).toMatchObject([{ name: 'Call' }])
    expect(await stores.loginHistory.summary(orgId, noon)).toEqual([
      { day: new Date('2026-01-05T00:00:00Z'), succeeded: 1, failed: 1 },
    ])
    const refused = await stores.journal.list(orgId, { reason: 'user-unknown' }, { limit: 10 })
    expect(refused).toMatchObject([{ requestId: 'r1' }])
    expect(await stores.journal.summary(orgId, noon)).toMatchObject({
      counts: expect.arrayContaining([
        expect.objectContaining({ hour: noon, flow: undefined, outcome: 'refused', count: 1 }),
        expect.objectContaining({ hour: noon, flow: 'jwt', outcome: 'passed', count: 1 }),
      ]),
      refusals: [{ reason: 'user-unknown', count: 1, requestId: 'r1' }],
    })
    await stores.close()
    await rm(folder, { recursive: true })
  })
})
