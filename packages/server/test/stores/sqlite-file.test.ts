import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultPolicies } from '../../src/connected-apps/connected-app.ts'
import { sealWith } from '../../src/seal.ts'
import { hashSecret } from '../../src/secret.ts'
import { DatabaseTooNew, DatabaseUnusable, WrongEncryptionKey } from '../../src/stores/database-errors.ts'
import { openStores } from '../../src/stores/open.ts'
import { anApp, anOrg, noon } from './demo-org.ts'
import { testSeal } from './open-test-stores.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-file-'))
  file = join(folder, 'sallyport.db')
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

function open(seal = testSeal) {
  const onError = (error: unknown) => {
    throw error
  }
  return openStores({ file, seal, now: () => noon, onError, synchronous: 'OFF' })
}

async function closedDatabase(): Promise<void> {
  const stores = await open()
  await stores.orgs.add(anOrg({ name: 'Acme' }))
  await stores.close()
}

describe('opening a database', () => {
  it('keeps what was written, and is for its owner only', async () => {
    await closedDatabase()
    const stores = await open()
    expect(await stores.orgs.findByName('Acme')).toBeDefined()
    await stores.journal.listOfServer({}, { limit: 1 })
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(name)).mode & 0o777).toBe(0o600)
    await stores.close()
  })

  it('is done once when two processes come first at the same time', async () => {
    const [one, other] = await Promise.all([open(), open()])
    const org = anOrg()
    await one.orgs.add(org)
    expect(await other.orgs.find(org.id)).toEqual(org)
    await one.close()
    await other.close()
  })

  it('refuses a schema newer than the program, and changes nothing', async () => {
    await closedDatabase()
    const database = new DatabaseSync(file)
    database.exec('update schema_version set version = 1000')
    database.close()
    const before = await readFile(file)
    await expect(open()).rejects.toThrow(DatabaseTooNew)
    await expect(open()).rejects.toThrow(/schema version 1000, and this program knows versions up to \d+/)
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  it('brings a database of the first schema to this one, and keeps what is in it', async () => {
    const stores = await open()
    const org = anOrg({ name: 'Acme' })
    const app = anApp(org.id)
    await stores.orgs.add(org)
    await stores.apps.add(app, [{ ...defaultPolicies, appId: app.id, orgId: org.id }])
    await stores.close()
    const database = new DatabaseSync(file)
    database.exec(`
      alter table connected_apps drop column is_client_credential_enabled;
      alter table app_policies drop column client_credential_user_id;
      alter table app_policies drop column is_installed;
      alter table app_policies drop column refused_at;
      alter table connected_apps drop column is_named_user_jwt_enabled;
      alter table app_policies drop column named_user_jwt_timeout;
      alter table connected_apps drop column attributes;
      drop table custom_scopes;
      drop table custom_permissions;
      alter table access_tokens drop column is_jwt;
      alter table connected_apps drop column is_device_flow_enabled;
      drop table device_codes;
      drop table user_code_tries;
      alter table sessions drop column level;
      alter table sessions drop column awaits_verification;
      alter table sessions drop column sid;
      alter table sessions drop column app_ids;
      alter table authorization_codes drop column session_level;
      alter table authorization_codes drop column sid;
      alter table refresh_tokens drop column session_level;
      alter table refresh_tokens drop column sid;
      alter table access_tokens drop column session_level;
      alter table app_policies drop column assurance_action;
      drop table identity_verifications;
      drop table verification_history;
      drop table record_keys;
      drop table query_cursors;
      drop table custom_objects;
      drop table setup_audit_trail;
      drop index journal_of_org;
      drop table journal_counts;
      drop index sessions_of_org;
      drop index sessions_of_user;
      drop index approvals_of_user;
      drop index users_by_name;
      drop table login_counts;
      alter table journal drop column reason;
      drop index records_by_name;
      create index records_by_name on records (org_id, object, name, id);
      alter table records drop column created_by_id;
      alter table records drop column modified_by_id;
      alter table records drop column deleted_at;
      alter table profiles drop column object_permissions;
      alter table permission_sets drop column object_permissions;
      insert into profiles (id, org_id, name, permissions, login_ip_ranges)
        values ('00e000000000001AAA', '${org.id}', 'Standard User', '["ApiEnabled"]', '[]');
      insert into records (id, org_id, object, name, fields, owner_id, created_at, modified_at)
        values ('003000000000001AAA', '${org.id}', 'Contact', '', '{"FirstName":"Rose","LastName":"Gonzalez"}', 'u', 1, 2),
          ('00T000000000001AAA', '${org.id}', 'Task', '', '{"Subject":"Call"}', 'u', 1, 2);
      insert into login_history (org_id, user_id, at, login_type, status, application, source_ip, login_url, browser)
        values ('${org.id}', 'u', ${noon.getTime()}, 'Oauth2', 'Success', 'App', '192.0.2.7', 'https://x.example', 'b'),
          ('${org.id}', 'u', ${noon.getTime()}, 'Oauth2', 'Invalid password', 'App', '192.0.2.7', 'https://x.example', 'b');
      insert into journal (request_id, at, endpoint, flow, org_id, source_ip, status, passed, refusal)
        values ('r1', ${noon.getTime()}, 'token', null, '${org.id}', '192.0.2.7', 400, '[]',
          '{"reason":"user-unknown","facts":{}}'),
        ('r2', ${noon.getTime()}, 'token', 'jwt', '${org.id}', '192.0.2.7', 200, '[]', null);
      update schema_version set version = 1;
    `)
    database.close()
    const reopened = await open()
    expect(await reopened.apps.find(app.id)).toMatchObject({ fullName: app.fullName, isClientCredentialEnabled: false })
    expect(await reopened.apps.findPolicies(app.id, org.id)).toMatchObject({
      clientCredentialUserId: undefined,
      isInstalled: true,
      assuranceAction: 'Block',
    })
    expect((await reopened.profiles.findByName(org.id, 'Standard User'))?.objectPermissions).toHaveLength(7)
    const page = { offset: 0, limit: 10 }
    expect(await reopened.records.list(org.id, 'Contact', page)).toMatchObject([
      { name: 'Rose Gonzalez', createdById: 'u', modifiedById: 'u', deletedAt: undefined },
    ])
    expect(await reopened.records.list(org.id, 'Task', page)).toMatchObject([{ name: 'Call' }])
    expect(await reopened.loginHistory.summary(org.id, noon)).toEqual([
      { day: new Date('2026-01-05T00:00:00Z'), succeeded: 1, failed: 1 },
    ])
    const refused = await reopened.journal.list(org.id, { reason: 'user-unknown' }, { limit: 10 })
    expect(refused).toMatchObject([{ requestId: 'r1' }])
    expect(await reopened.journal.summary(org.id, noon)).toMatchObject({
      counts: [
        { hour: noon, flow: undefined, outcome: 'refused', count: 1 },
        { hour: noon, flow: 'jwt', outcome: 'passed', count: 1 },
      ],
      refusals: [{ reason: 'user-unknown', count: 1, requestId: 'r1' }],
    })
    await reopened.close()
  })

  it('refuses another encryption key, and changes nothing', async () => {
    await closedDatabase()
    const before = await readFile(file)
    await expect(open(sealWith(Buffer.alloc(32, 8)))).rejects.toThrow(WrongEncryptionKey)
    expect((await readFile(file)).equals(before)).toBe(true)
    const stores = await open()
    expect(await stores.orgs.findByName('Acme')).toBeDefined()
    await stores.close()
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a folder that is not there',
      async () => (file = join(folder, 'missing', 'sallyport.db')),
      /folder does not exist/,
    ],
    ['a folder in its place', () => mkdir(file), /not a file/],
    ['a file of another kind', () => writeFile(file, 'This is no database. '.repeat(500)), /no SQLite database/],
    [
      'a database of another program',
      async () => {
        const database = new DatabaseSync(file)
        database.exec('create table recipes (name text)')
        database.close()
      },
      /another program/,
    ],
  ])('refuses %s with a clear error', async (_, prepare, message) => {
    await prepare()
    const opened = open()
    await expect(opened).rejects.toThrow(DatabaseUnusable)
    await expect(opened).rejects.toThrow(message)
  })
})

/** Starts a process that issues tokens until it is killed, after this many answers; gives the answers it printed. */
async function answeredBeforeKill(afterAnswers: number): Promise<readonly { id: number; secret: string }[]> {
  const writer = spawn(process.execPath, [fileURLToPath(new URL('writer-process.ts', import.meta.url)), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const chunk of writer.stdout) {
    printed += String(chunk)
    if (printed.split('\n').length > afterAnswers) writer.kill('SIGKILL')
  }
  const answers = printed.split('\n').slice(0, -1)
  return answers.map((line) => {
    const [id, secret = ''] = line.split(' ')
    return { id: Number(id), secret }
  })
}

describe('a process that is killed while it writes', () => {
  it('has lost nothing of what it had answered', async () => {
    const answered: { id: number; secret: string }[] = []
    for (const count of [300, 1000]) answered.push(...(await answeredBeforeKill(count)))
    expect(answered.length).toBeGreaterThanOrEqual(1300)
    const stores = await open()
    const states = await Promise.all(
      answered.map(({ id, secret }) => stores.accessTokens.find({ id, hash: hashSecret(secret) }, noon)),
    )
    expect(states.filter(({ state }) => state !== 'live')).toEqual([])
    await stores.close()
  })
})
