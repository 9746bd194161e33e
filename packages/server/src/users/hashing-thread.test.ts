import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, it } from 'vitest'
import { deriveOnThread } from './hashing-thread.ts'

const work = {
  message: 'password',
  nonce: Buffer.from('somesalt'),
  memory: 64,
  passes: 1,
  parallelism: 1,
  tagLength: 16,
}

it('derives what argon2id derives, several keys at once', async () => {
  const [one, same, other] = await Promise.all(
    ['password', 'password', 'Password'].map((message) => deriveOnThread({ ...work, message })),
  )
  expect(one).toHaveLength(16)
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})

it('says what is wrong with work that cannot be done, and goes on', async () => {
  await expect(deriveOnThread({ ...work, memory: 1 })).rejects.toThrow(/memory/)
  expect(await deriveOnThread(work)).toHaveLength(16)
})

it.runIf(process.platform === 'linux')('yields to all other threads', async () => {
  await deriveOnThread(work)
  const threads = readdirSync('/proc/self/task').map((thread) => readFileSync(`/proc/self/task/${thread}/stat`, 'utf8'))
  // The nineteenth field; the name, which may hold anything, ends with the last bracket.
  const priorities = threads.map((line) => Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[16]))
  expect(Math.max(...priorities)).toBeGreaterThan(getPriority())
})
