import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSelfSigned, pemBlock } from '@sallyport/keystore'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../test/postgres-server.ts'
import { openStores } from '../../src/stores/open.ts'
import { testSeal as seal } from './open-test-stores.ts'

let folder: string
let postgres: PostgresServer
const now = new Date()

/** Writes a certificate with its key, for the owner alone; answers where they are. */
async function certificate(name: string, servers?: readonly string[]) {
  const made = await makeSelfSigned({ uniqueName: name, subject: [['CN', name]], now, ...(servers && { servers }) })
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  writeFileSync(cert, pemBlock('CERTIFICATE', made.certificate))
  writeFileSync(key, pemBlock('PRIVATE KEY', made.privateKey), { mode: 0o600 })
  // PostgreSQL runs as nobody in particular where the tests run as root, and reads keys of its own alone.
  if (process.getuid?.() === 0) for (const file of [folder, cert, key]) chownSync(file, 65_534, 65_534)
  return { cert, key }
}

let theirs: { readonly cert: string; readonly key: string }
let strange: typeof theirs
let ours: typeof theirs

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  theirs = await certificate('database', ['localhost'])
  strange = await certificate('stranger', ['localhost'])
  ours = await certificate('sallyport')
  const rules = join(folder, 'rules')
  writeFileSync(rules, 'hostssl certified sallyport all cert\nhostssl all sallyport all trust\n')
  const settings = [`hba_file=${rules}`, 'ssl=on', `ssl_cert_file=${theirs.cert}`, `ssl_key_file=${theirs.key}`]
  postgres = await startPostgres({ settings: [...settings, `ssl_ca_file=${ours.cert}`] })
  const owner = new Client({ connectionString: postgres.url, ssl: { rejectUnauthorized: false } })
  await owner.connect()
  await owner.query('create database certified')
  await owner.end()
})
afterAll(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Opens the database over this host with these options, and says how it was spoken to. */
async function spoken(host: string, options: Record<string, string>, database = 'postgres'): Promise<boolean> {
  const url = new URL(`postgres://sallyport@${host}:${postgres.port}/${database}`)
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value)
  url.searchParams.set('schema', 'over_tls')
  const stores = await openStores({ url: url.href, seal, now: () => now, onError: () => {} })
  try {
    const owner = new Client({ connectionString: `${postgres.url}`, ssl: { rejectUnauthorized: false } })
    await owner.connect()
    const { rows } = await owner.query(
      "select bool_and(ssl) as encrypted from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'sallyport'",
    )
    await owner.end()
    return rows[0].encrypted
  } finally {
    await stores.close()
  }
}

describe('TLS to PostgreSQL', () => {
  it.each([
    ['verify-full, with its authority and the name that it is for', 'localhost', 'verify-full'],
    ['verify-ca, whatever the host is called', '127.0.0.1', 'verify-ca'],
  ])('is spoken under %s', async (_, host, sslmode) => {
    expect(await spoken(host, { sslmode, sslrootcert: theirs.cert })).toBe(true)
  })

  it('is spoken under require, whoever answers', async () => {
    expect(await spoken('127.0.0.1', { sslmode: 'require' })).toBe(true)
  })

  it('shows a certificate of our own where the database asks for one', async () => {
    const verified = { sslmode: 'verify-full', sslrootcert: theirs.cert }
    expect(await spoken('localhost', { ...verified, sslcert: ours.cert, sslkey: ours.key }, 'certified')).toBe(true)
    await expect(spoken('localhost', verified, 'certified')).rejects.toThrow(/^The database .* is not let in: /)
  })

  it.each<[string, string, () => Record<string, string>, string]>([
    [
      'the authority is another one',
      'localhost',
      () => ({ sslmode: 'verify-full', sslrootcert: strange.cert }),
      'its certificate is not trusted',
    ],
    [
      'no authority is named',
      'localhost',
      () => ({ sslmode: 'verify-full' }),
      'Name its authority: ?sslrootcert=<file>.',
    ],
    [
      'the certificate is for another host',
      '127.0.0.1',
      () => ({ sslmode: 'verify-full', sslrootcert: theirs.cert }),
      'its certificate is for another host. Give the host that it names, or ?sslmode=verify-ca.',
    ],
    ['the file is not there', 'localhost', () => ({ sslmode: 'verify-full', sslrootcert: '/nowhere' }), '/nowhere'],
    ['no TLS is wanted, and the database wants it', '127.0.0.1', () => ({ sslmode: 'disable' }), 'no encryption'],
  ])('is refused in one line when %s', async (_, host, options, words) => {
    const refusal = await spoken(host, options()).catch((error: unknown) => String(error))
    expect(refusal).toContain(words)
    expect(String(refusal)).not.toContain('\n')
  })
})
