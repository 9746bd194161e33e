import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import { done, type Outcome } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import type { Passwords } from '../users/password.ts'
import type { AppliedStores } from './staged-stores.ts'

/** What applying an entry of an org file did. */
export type Applied = 'created' | 'changed' | 'unchanged'

/** What applying an org file needs. */
export interface ApplyNeeds extends AppliedStores {
  readonly passwords: Passwords
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  /** By the first three characters. */
  readonly newRecordId: (prefix: string) => string
  readonly now: Clock
}

/** Applies what was checked to what is there: `change` is done only if something differs. */
export async function changedIf<Thing>(
  thing: Thing,
  checked: Outcome<Thing>,
  isSame: (one: Thing, other: Thing) => boolean,
  change: () => Promise<Outcome<unknown>>,
): Promise<Outcome<Applied>> {
  if (!checked.ok) return checked
  if (isSame(thing, checked.value)) return done('unchanged', checked.warnings)
  return was('changed', await change())
}

/** The outcome of an act as what it did. */
export function was(applied: Applied, outcome: Outcome<unknown>): Outcome<Applied> {
  return outcome.ok ? done(applied, outcome.warnings) : outcome
}

/** Both outcomes as one: the problems of either, or the greater change. */
export function both(one: Outcome<Applied>, other: Outcome<Applied>): Outcome<Applied> {
  if (!one.ok || !other.ok) {
    return { ok: false, problems: [...(one.ok ? [] : one.problems), ...(other.ok ? [] : other.problems)] }
  }
  return done(one.value === 'unchanged' ? other.value : one.value, [...one.warnings, ...other.warnings])
}

/** Whether two things are the same but for when they were changed. */
export function isSame<Thing extends object>(one: Thing, other: Thing): boolean {
  return isDeepStrictEqual({ ...one, modifiedAt: undefined }, { ...other, modifiedAt: undefined })
}
