import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { hashSecret, sameHash } from '../secret.ts'
import type { User, UserStore } from './user.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const length = 24
const shape = new RegExp(`^(.{5,})[A-Za-z0-9]{${length}}$`, 's')

/** A password as a program sends it: alone, or with a security token written behind it. */
export interface SentPassword {
  readonly password: string
  /** What stands behind it: the user's token; what looks like one and is not theirs; or nothing that does. */
  readonly token: 'right' | 'wrong' | 'missing'
}

/**
 * Takes the security token off a password. What is not the user's token is taken for one only where one is needed:
 * elsewhere a long password may well end like that.
 */
export function readSentPassword(text: string, tokenHash: Buffer | undefined, isTokenNeeded: boolean): SentPassword {
  const password = text.slice(0, -length)
  // Also without a user to compare with, so that the time is the same.
  const isRight = sameHash(hashSecret(text.slice(-length)), tokenHash ?? noHash) && tokenHash !== undefined
  if (isRight && password !== '') return { password, token: 'right' }
  if (isTokenNeeded && shape.test(text)) return { password, token: 'wrong' }
  return { password: text, token: 'missing' }
}

const noHash = Buffer.alloc(32)

interface Needs {
  readonly users: Pick<UserStore, 'setSecurityToken'>
  readonly now: Clock
}

/** Gives a user a new security token, and says it this once: only its hash is kept. The one before ends. */
export async function resetSecurityToken({ users, now }: Needs, { id }: Pick<User, 'id'>): Promise<string> {
  let token = ''
  while (token.length < length) token += alphabet[randomInt(alphabet.length)]
  await users.setSecurityToken(id, hashSecret(token), now())
  return token
}
