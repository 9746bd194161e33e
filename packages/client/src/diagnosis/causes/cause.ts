import type { Sight } from '../sight.ts'
import type { Setting } from './setting.ts'

/** Whether an exchange shows that this is its cause: it does, it shows the opposite, or it does not tell. */
export type Verdict = 'yes' | 'no' | 'maybe'

/** A look at an exchange for one cause. */
export type Look = (sight: Sight) => Verdict

/** Why an exchange may have been refused, and how that is mended. */
export interface Cause {
  /** The answers that it is told in. */
  readonly told: (answer: { readonly error: string; readonly description: string }, sight: Sight) => boolean
  /** What the request says for or against it; without this, nothing. */
  readonly look?: Look
  /** Whether it is named after the others, and never as one that cannot be told from them. */
  readonly isRare?: boolean
  /** How often it is met beside those that are told in the same words; 1 when absent. */
  readonly odds?: number
  /** One sentence in plain words. */
  readonly meaning: string
  /** What was seen that speaks for it. */
  readonly found?: (sight: Sight) => string | undefined
  /** What to do, the likeliest first. */
  readonly whatToDo: readonly string[]
  /** The setting that it is about. */
  readonly setting?: Setting
  /** The command that mends it, or shows how it stands. */
  readonly command?: string
}

/** Whether the wire said these words. Descriptions are compared from their beginning, in small letters. */
export function told(error: string, ...descriptions: readonly string[]): Cause['told'] {
  return (answer) =>
    answer.error === error &&
    (descriptions.length === 0 || descriptions.some((one) => answer.description.toLowerCase().startsWith(one)))
}

/** Whether the wire said one of several things. */
export function anyOf(...all: readonly Cause['told'][]): Cause['told'] {
  return (answer, sight) => all.some((one) => one(answer, sight))
}

/** The same, at some endpoints only; where nobody knows the endpoint, it may be any. */
export function at(endpoints: readonly Sight['endpoint'][], inner: Cause['told']): Cause['told'] {
  return (answer, sight) => (sight.endpoint === undefined || endpoints.includes(sight.endpoint)) && inner(answer, sight)
}

/** `yes` or `no` for what is known, `maybe` for what is not. */
export function verdict(isSo: boolean | undefined): Verdict {
  return isSo === undefined ? 'maybe' : isSo ? 'yes' : 'no'
}

/** Speaks against a cause where something is so; else says nothing. */
export function unless(isSo: boolean | undefined): Verdict {
  return isSo === true ? 'no' : 'maybe'
}
