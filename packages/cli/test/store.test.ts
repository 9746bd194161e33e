import { randomBytes } from 'node:crypto'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newSchemaUrl } from '../../../test/postgres-url.ts'
import { run, startServer, temporaryFolder } from './program.ts'

const env = { SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
const password = 'correct horse battery staple'

/** Everything that a database shows of itself. */
async function shown(place: readonly string[]): Promise<readonly unknown[]> {
  const lists = [['org', 'list'], ['user', 'list'], ['app', 'list'], ['audit-trail'], ['certificate', 'list']]
  return Promise.all(lists.map(async (words) => (await run([...words, '--json', ...place], { env })).json))
}

async function makeOrg(place: readonly string[]): Promise<void> {
  await run(['org', 'create', 'Acme', ...place], { env })
  const user = ['user', 'create', 'ada@acme.example', '--last-name', 'Lovelace', '--profile', 'System Administrator']
  await run([...user, '--password-stdin', ...place], { env, input: password })
  await run(['certificate', 'create', 'Acme_Key', ...place], { env })
}

describe('sallyport store copy', () => {
  it('takes everything to PostgreSQL and back, counted, and new things get new numbers there', async () => {
    using folder = temporaryFolder()
    const [first, last] = [join(folder.path, 'first'), join(folder.path, 'last')]
    const url = await newSchemaUrl()
    await makeOrg(['--data', first])
    const there = await run(['store', 'copy', '--data', first, '--to', url, '--json'], { env })
    expect(there).toMatchObject({ status: 0, stderr: '' })
    expect(there.json.tables).toMatchObject({ orgs: 1, users: 1, certificates: 1 })
    expect(await shown(['--database', url])).toEqual(await shown(['--data', first]))

    expect((await run(['user', 'freeze', 'ada@acme.example', '--database', url], { env })).status).toBe(0)
    const back = await run(['store', 'copy', '--database', url, '--to', last, '--json'], { env })
    // The audit trail has gained two lines: that the user is frozen, and that all of it is being copied.
    expect(back.json.rows).toBe(there.json.rows + 2)
    expect(await shown(['--data', last])).toEqual(await shown(['--database', url]))

    const again = await run(['store', 'copy', '--data', first, '--to', url], { env })
    expect(again.status).toBe(1)
    expect(again.stderr).toContain('cannot be used: it is not empty')
    expect(again.stderr).not.toContain('sallyport@')
  })
})

describe('sallyport store backup and restore', () => {
  it('keep a running server as it was at that moment, in one private file', async () => {
    using folder = temporaryFolder()
    const url = await newSchemaUrl()
    const [file, restored] = [join(folder.path, 'acme.backup'), join(folder.path, 'restored')]
    await makeOrg(['--database', url])
    await using _server = await startServer(
      ['serve', '--public-url', 'http://localhost:9', '--port', '0', '--database', url],
      { env },
    )
    expect((await run(['store', 'backup', file, '--database', url], { env })).status).toBe(0)
    const before = await shown(['--database', url])
    expect(JSON.stringify(before)).toContain('Backed up all that is on the server')
    expect([readdirSync(folder.path), statSync(file).mode & 0o777]).toEqual([['acme.backup'], 0o600])
    await run(['user', 'freeze', 'ada@acme.example', '--database', url], { env })

    expect((await run(['store', 'restore', file, '--data', restored], { env })).status).toBe(0)
    expect(await shown(['--data', restored])).toEqual(before)
    const elsewhere = await newSchemaUrl()
    expect((await run(['store', 'restore', file, '--database', elsewhere], { env })).status).toBe(0)
    expect(await shown(['--database', elsewhere])).toEqual(before)
  })

  it('write over nothing, and take nothing for a backup that is none', async () => {
    using folder = temporaryFolder()
    const [data, file] = [join(folder.path, 'data'), join(folder.path, 'kept')]
    writeFileSync(file, 'what somebody needs')
    await makeOrg(['--data', data])
    const backup = await run(['store', 'backup', file, '--data', data], { env })
    expect(backup.stderr).toContain('There is a file')
    const strange = await run(['store', 'restore', file, '--data', join(folder.path, 'new')], { env })
    expect(strange.stderr).toContain('no SQLite database')
    expect((await run(['store', 'backup', `${file}2`, '--data', data], { env })).status).toBe(0)
    const full = await run(['store', 'restore', `${file}2`, '--data', data], { env })
    expect(full.stderr).toContain('it is not empty')
    const otherKey = { SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64') }
    const foreign = await run(['store', 'restore', `${file}2`, '--data', join(folder.path, 'new2')], { env: otherKey })
    expect(foreign.stderr).toContain('made with another encryption key')
  })
})
