import { z } from 'zod'
import type { SigningKey, SigningKeyStore } from '../certificates/signing-keys.ts'
import type { Noting } from './audit-trail.ts'
import { instant, readInstant } from './column-values.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

const identity = { section: 'Identity' }
const jwkSchema = z.record(z.string(), z.string())

/** The server's signing keys in the database. */
export function signingKeyStore({ queries, read, change, cache }: Database): Noting<SigningKeyStore> {
  const list = statement(() =>
    queries.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').orderBy('kid', 'desc'),
  )
  const all = cache<readonly SigningKey[]>(1)
  return (note) => ({
    async add({ kid, publicJwk, sealedPrivateKey, createdAt, signsFrom }) {
      const row = {
        kid,
        public_jwk: JSON.stringify(publicJwk),
        sealed_private_key: sealedPrivateKey,
        created_at: instant(createdAt),
        signs_from: instant(signsFrom),
      }
      const insert = queries.insertInto('signing_keys').values(row)
      return change(async (tx) => {
        const added = await tx.execute(insert.onConflict((conflict) => conflict.column('kid').doNothing()))
        const did = { action: 'insertSigningKey', text: 'Created signing key' }
        if (added > 0) await note(tx, { ...identity, ...did, to: { ofServer: kid } })
        return added > 0
      })
    },
    async list() {
      const keys = await all.get('', async () =>
        (await read.all(list, {})).map((row) => ({
          kid: row.kid,
          publicJwk: jwkSchema.parse(JSON.parse(row.public_jwk)),
          sealedPrivateKey: row.sealed_private_key,
          createdAt: readInstant(row.created_at),
          // Those of earlier versions signed from the first.
          signsFrom: readInstant(row.signs_from ?? row.created_at),
        })),
      )
      return keys ?? []
    },
    async schedule(kid, signsFrom) {
      const set = queries.updateTable('signing_keys').set({ signs_from: instant(signsFrom) })
      await change(async (tx) => {
        const found = await tx.execute(set.where('kid', '=', kid))
        const did = { action: 'changedSigningKey', text: `From ${signsFrom.toISOString()} signs signing key` }
        if (found > 0) await note(tx, { ...identity, ...did, to: { ofServer: kid } })
      })
    },
    async delete(kid) {
      await change(async (tx) => {
        const found = await tx.execute(queries.deleteFrom('signing_keys').where('kid', '=', kid))
        const did = { action: 'deleteSigningKey', text: 'Retired signing key' }
        if (found > 0) await note(tx, { ...identity, ...did, to: { ofServer: kid } })
      })
    },
  })
}
