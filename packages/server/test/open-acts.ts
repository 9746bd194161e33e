import type { Clock } from '../src/clock.ts'
import { newOrg } from '../src/org-setup/new-org.ts'
import type { Org } from '../src/orgs/org.ts'
import type { Outcome } from '../src/problem.ts'
import { prefixedIds, type RecordKind, recordIds } from '../src/record-id.ts'
import { type Passwords, passwords } from '../src/users/password.ts'
import { openTestStores, type TestStores } from './stores/open-test-stores.ts'

/** Everything that acts of administration need, on a database of the test's own. */
export interface TestActs extends TestStores {
  readonly passwords: Passwords
  readonly newId: (kind: RecordKind) => string
  readonly newRecordId: (prefix: string) => string
  readonly now: Clock
  /** By a command. */
  readonly actor: undefined
}

/** When it is in these tests. */
export const testNow = new Date('2026-03-01T12:00:00Z')

/** Opens an empty database with what acts need; passwords cost next to nothing. */
export async function openActs(now: Clock = () => testNow): Promise<TestActs> {
  const stores = await openTestStores({ now })
  return {
    ...stores,
    passwords: passwords({ memory: 8, passes: 1, parallelism: 1 }),
    newId: recordIds(now),
    newRecordId: prefixedIds(now),
    now,
    actor: undefined,
  }
}

/** What an act made. @throws {Error} with the problems, when it was refused */
export function made<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value
  throw new Error(outcome.problems.map(({ field, message }) => `${field}: ${message}`).join('\n'))
}

/** The problems of an outcome by field, such as `callbackUrls.1`; `undefined` when the act was done. */
export function problemsOf(outcome: Outcome<unknown>): Readonly<Record<string, string>> | undefined {
  if (outcome.ok) return undefined
  return Object.fromEntries(
    outcome.problems.map(({ field, item, message }) => [item === undefined ? field : `${field}.${item}`, message]),
  )
}

/** Makes an org of that name. */
export async function madeOrg(acts: TestActs, name = 'Acme'): Promise<Org> {
  return made(await newOrg(acts, { name }))
}
