import { randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { inTurns } from '../in-turns.ts'
import { deriveOnThread } from './hashing-thread.ts'
import { canonicalUsername } from './user.ts'

/** What guessing one password costs (argon2id, RFC 9106). */
export interface PasswordCost {
  /** KiB of memory. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** OWASP's second choice: 19 MiB, two passes. */
export const defaultPasswordCost: PasswordCost = { memory: 19_456, passes: 2, parallelism: 1 }

/** How many passwords are worked on at once, and how many may wait for their turn. */
export interface PasswordLimits {
  readonly atOnce: number
  readonly waiting: number
}

/**
 * A core is left to all other requests, which guessing must not slow down, and two threads to file and key work; a hundred waiting
 * are answered within a few seconds.
 */
export const defaultPasswordLimits: PasswordLimits = {
  atOnce: Math.max(1, Math.min(2, availableParallelism() - 1)),
  waiting: 100,
}

/** What hashing came to. `busy`: too many are waiting, and nothing was done. */
export type PasswordHashing =
  | { readonly outcome: 'hashed'; readonly passwordHash: string }
  | { readonly outcome: 'busy' }

/** What verifying came to. `isOutdated`: the hash was made at another cost and should be made again. */
export type PasswordVerification =
  | { readonly outcome: 'right'; readonly isOutdated: boolean }
  | { readonly outcome: 'wrong' | 'busy' }

/** Hashes and verifies passwords, a few at a time. */
export interface Passwords {
  /** Answers an argon2id hash in PHC form. */
  hash(password: string): Promise<PasswordHashing>
  /**
   * Verifies a password against a stored hash. Without one (no such user, or a user who has no password) as much work is
   * done as with one, so that the time tells nobody which users exist.
   * @throws {Error} when the hash is none of ours
   */
  verify(password: string, passwordHash: string | undefined): Promise<PasswordVerification>
  /** How many are being worked on now, and how many wait for their turn. */
  load(): { readonly running: number; readonly waiting: number }
}

/** More than anybody types; hashing a megabyte would be work for nothing. */
const longest = 1000

/** Passwords at this cost. One for the whole server: its limits hold for all that goes through it. */
export function passwords(
  cost: PasswordCost = defaultPasswordCost,
  limits: PasswordLimits = defaultPasswordLimits,
): Passwords {
  const turns = inTurns(limits.atOnce)
  const take = (task: () => Promise<Buffer>) => {
    const { running, waiting } = turns.load()
    return running >= limits.atOnce && waiting >= limits.waiting ? undefined : turns.take(task)
  }
  const nobody: PasswordHash = { ...cost, salt: randomBytes(16), tag: randomBytes(32) }

  return {
    async hash(password) {
      const salt = randomBytes(16)
      const tag = await take(() => derive(password, { ...cost, salt }, 32))
      if (tag === undefined) return { outcome: 'busy' }
      return { outcome: 'hashed', passwordHash: phcText({ ...cost, salt, tag }) }
    },
    async verify(password, passwordHash) {
      const stored = passwordHash === undefined ? nobody : readPasswordHash(passwordHash)
      if (stored === undefined) throw new Error('A stored password hash is not argon2id in PHC form.')
      const tag = await take(() => derive(password.slice(0, longest), stored, stored.tag.length))
      if (tag === undefined) return { outcome: 'busy' }
      const isSame = timingSafeEqual(tag, stored.tag)
      if (!isSame || passwordHash === undefined || password.length > longest) return { outcome: 'wrong' }
      const isOutdated =
        stored.memory !== cost.memory || stored.passes !== cost.passes || stored.parallelism !== cost.parallelism
      return { outcome: 'right', isOutdated }
    },
    load: turns.load,
  }
}

/** What is wrong with a new password, in words, or `undefined` when it will do. */
export function passwordProblem(
  password: string,
  policy: { readonly username: string; readonly minimumLength: number },
): string | undefined {
  if ([...password].length < policy.minimumLength) return `Use at least ${policy.minimumLength} characters.`
  if (password.length > longest) return `Use at most ${longest} characters.`
  const username = canonicalUsername(policy.username)
  const plain = canonicalUsername(password)
  if (plain === username || plain === username.split('@')[0]) return 'A password must not be the username.'
  return undefined
}

/** Whether a text is a hash that {@link Passwords} can verify: argon2id in PHC form, at a cost we are willing to pay. */
export function isPasswordHash(text: string): boolean {
  return readPasswordHash(text) !== undefined
}

interface PasswordHash extends PasswordCost {
  readonly salt: Buffer
  readonly tag: Buffer
}

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function readPasswordHash(text: string): PasswordHash | undefined {
  const [, memory, passes, parallelism, salt, tag] = phcForm.exec(text) ?? []
  if (salt === undefined || tag === undefined) return undefined
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  // A hash from outside must not make one sign-in cost a gigabyte or a minute.
  const isAffordable = cost.memory <= 262_144 && cost.passes <= 20 && cost.parallelism <= 8
  const isPossible = cost.passes >= 1 && cost.parallelism >= 1 && cost.memory >= 8 * cost.parallelism
  if (!isAffordable || !isPossible) return undefined
  return { ...cost, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}

function phcText({ memory, passes, parallelism, salt, tag }: PasswordHash): string {
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

function derive(password: string, hash: PasswordCost & { readonly salt: Buffer }, tagLength: number): Promise<Buffer> {
  const { memory, passes, parallelism, salt } = hash
  // Keyboards differ in how they compose an accented letter; NFC makes them one.
  const message = password.normalize('NFC')
  return deriveOnThread({ message, nonce: salt, memory, passes, parallelism, tagLength })
}
