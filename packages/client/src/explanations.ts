import { answerInWords } from './diagnosis/exchange.ts'
import { causeOf, rank } from './diagnosis/rank.ts'
import { type Sight, sightOf } from './diagnosis/sight.ts'
import type { Explanation } from './token-error.ts'

/** What is known of a request that was refused, without anything secret of it. */
export interface RefusedRequest {
  /** The `grant_type`; `undefined` at the authorize endpoint. */
  readonly grantType: string | undefined
  readonly error: string
  readonly errorDescription: string | undefined
  /** The host that was asked. */
  readonly host: string
  /** The `aud` of an assertion. */
  readonly audience?: string | undefined
  /** `x-sallyport-cause` of the answer. */
  readonly cause?: string | undefined
}

// More would be a page, and this is a sentence in a log.
const mostCauses = 3
const mostToDo = 6

/** What a refusal means and what to do; `undefined` for one whose words nobody here knows. */
export function explain(refused: RefusedRequest): Explanation | undefined {
  const { cause } = refused
  const sight = sightOfRefused(refused)
  const { ranked, tied } = rank(sight)
  const likely = ranked.slice(0, Math.min(tied, mostCauses)).map(({ name }) => causeOf(name))
  const [first] = likely
  if (first === undefined) {
    if (cause === undefined) return undefined
    return { meaning: `The server names the cause: ${cause}.`, whatToDo: ['See sallyport diagnose.'], cause }
  }
  const found = tied === 1 ? first.found?.(sight) : undefined
  return {
    meaning: `${likely.map(({ meaning }) => meaning).join(' Or: ')}${found === undefined ? '' : ` Found: ${found}.`}`,
    whatToDo: likely.flatMap(({ whatToDo }) => whatToDo).slice(0, mostToDo),
    cause,
  }
}

/** The look of an exchange of which only this much is known: the request itself is nobody's to keep. */
function sightOfRefused({ grantType, error, errorDescription, host, audience, cause }: RefusedRequest): Sight {
  const headers = new Map(cause === undefined ? [] : [['x-sallyport-cause', cause]])
  const answer = { ...answerInWords(error, errorDescription), headers }
  const sight = sightOf({ where: 'the answer', at: undefined, request: undefined, answer }, new Date(0))
  return {
    ...sight,
    host,
    grant: grantType,
    assertion:
      audience === undefined
        ? undefined
        : {
            isWellFormed: true,
            algorithm: undefined,
            hasCritical: false,
            issuer: undefined,
            subject: undefined,
            audiences: [audience],
            isNumbered: false,
            expiry: undefined,
            start: undefined,
          },
  }
}
