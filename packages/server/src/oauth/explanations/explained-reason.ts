import type { CheckName } from '../../journal/checks.ts'
import type { RestReasons } from '../../rest/error.ts'
import type { Reasons } from '../refusal.ts'

/** Every reason that is explained: those of the OAuth endpoints and those of the REST API. */
export type ExplainedReasons = Reasons & Omit<RestReasons, keyof Reasons>

/** The name of a reason that is explained. */
export type ExplainedReason = keyof ExplainedReasons

/** A reason with its facts, to be explained. */
export type ExplainedRefusal<R extends ExplainedReason = ExplainedReason> = {
  readonly [One in R]: { readonly reason: One; readonly facts: ExplainedReasons[One] }
}[R]

/** A refusal in plain words, for whoever has to mend it. */
export interface Explanation {
  /** The check that said no. */
  readonly check: CheckName
  readonly expected: string
  readonly found: string
  /** Sentences; commands and what goes over the wire stand between backticks. */
  readonly whatToDo: string
  /** The path of the setting in Salesforce, from `Setup` on; `undefined` where no setting would change anything. */
  readonly whereInSetup: string | undefined
}

/** How one reason is explained: the check it belongs to, what its facts look like, and the words for them. */
export interface ReasonExplanation<Facts> {
  readonly check: CheckName
  readonly facts: { readonly [F in keyof Facts]: FactKind<Facts[F]> }
  explain(facts: Facts): Omit<Explanation, 'check'>
}

/** An explanation for every reason. */
export type ReasonExplanations = { readonly [R in ExplainedReason]: ReasonExplanation<ExplainedReasons[R]> }

type FactKind<Value> = [Value] extends [string] ? 'text' : [Value] extends [number] ? 'number' : 'texts'
