import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { AccessToken } from './access-token.ts'
import { lockBytes, randomId, sha256, unlockBytes } from './crypto.ts'
import { base64Url, membersOf, readJson, textOf, utf8 } from './encoding.ts'
import { isCode, withFileLock } from './file-lock.ts'
import { InputError } from './input-error.ts'
import { tokenFromJson, tokenToJson } from './token-json.ts'
import type { TokenStore } from './token-store.ts'

/** A store in a folder. */
export interface TokenFileStore extends TokenStore {
  /** The keys that there are tokens for. */
  keys(): Promise<readonly string[]>
}

/** Where tokens are kept, and what locks them. */
export interface TokenFileStoreOptions {
  /** Made when it is not there, for its owner only. */
  readonly folder: string
  /** 32 bytes: whoever has them can read the tokens. They belong into a key chain, or into a file beside others' reach. */
  readonly encryptionKey: Uint8Array
}

/** A token file that another key has locked, or that was changed. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError'
}

const ending = '.token'

/**
 * A store in files that processes share: each token in a file of its own, encrypted (AES-256-GCM), readable for its owner only,
 * and written so that a crash leaves the old or the new one whole.
 * @throws {InputError} when the key has not 32 bytes
 */
export function tokenFileStore({ folder, encryptionKey }: TokenFileStoreOptions): TokenFileStore {
  if (encryptionKey.length !== 32) throw new InputError('The key that locks token files has 32 bytes.')
  const pathOf = (key: string) => join(folder, `${base64Url(sha256(key))}${ending}`)

  return {
    async find(key) {
      return (await read(pathOf(key)))?.token
    },
    async renew(key, make) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = pathOf(key)
      return withFileLock(`${path}.lock`, async () => {
        const token = await make((await read(path))?.token)
        await write(path, JSON.stringify({ key, token: tokenToJson(token) }))
        return token
      })
    },
    async delete(key) {
      await rm(pathOf(key), { force: true })
    },
    async keys() {
      const kept = await Promise.all((await filesOf(folder)).map((name) => read(join(folder, name))))
      return kept.flatMap((one) => (one === undefined ? [] : [one.key])).toSorted()
    },
  }

  async function read(path: string): Promise<{ readonly key: string; readonly token: AccessToken } | undefined> {
    let locked: Uint8Array
    try {
      locked = new Uint8Array(await readFile(path))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw error
    }
    const plain = unlockBytes(encryptionKey, locked, contextOf(path))
    if (plain === undefined) {
      throw new TokenFileError(
        `The token file ${path} was locked with another key, or was changed. Give the key it was made with, or delete it and sign in again.`,
      )
    }
    const members = membersOf(readJson(textOf(plain)))
    const [key, text] = ['key', 'token'].map((name) => members?.get(name))
    const token = typeof text === 'string' ? tokenFromJson(text) : undefined
    if (typeof key === 'string' && token !== undefined) return { key, token }
    throw new TokenFileError(`The token file ${path} is none of this version. Delete it and sign in again.`)
  }

  async function write(path: string, text: string): Promise<void> {
    const draft = `${path}.${randomId()}`
    try {
      const handle = await open(draft, 'wx', 0o600)
      try {
        await handle.writeFile(lockBytes(encryptionKey, utf8(text), contextOf(path)))
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, path)
    } finally {
      await rm(draft, { force: true })
    }
  }

  /** A file under another name would be another's token. */
  function contextOf(path: string): string {
    return `sallyport token ${basename(path)}`
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ending))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}
