import { membersOf, readJson } from '../encoding.ts'
import { InputError } from '../input-error.ts'
import { answerInWords, type Exchange, isErrorWord, readJsonAnswer, seenAnswer } from './exchange.ts'
import { readHar } from './har.ts'
import { readLog } from './log.ts'

/** What was found in a text that somebody brought. */
export interface Evidence {
  readonly kind: 'har' | 'json' | 'log'
  readonly exchanges: readonly Exchange[]
  /** What could not be understood, and where it stands; nothing secret. */
  readonly notUnderstood: readonly string[]
}

/** Most characters of a text that is looked at. */
export const longestEvidence = 64 * 1024 * 1024

/**
 * Finds the exchanges of OAuth in a text: an error as JSON, a command of curl with what it printed, a HAR file, a log.
 * It never throws for what is in the text.
 * @throws {InputError} for a text that is empty or too long
 */
export function readEvidence(text: string): Evidence {
  if (text.length > longestEvidence) {
    throw new InputError(`This is longer than ${longestEvidence} characters: cut out the part around the sign-in.`)
  }
  const trimmed = text.replace(/^\ufeff/, '').trim()
  if (trimmed === '') throw new InputError('There is nothing in it.')
  const json = /^[{[]/.test(trimmed) ? readJson(trimmed) : undefined
  if (json === undefined) return { kind: 'log', ...readLog(trimmed) }
  const har = readHar(json)
  if (har !== undefined) return { kind: 'har', ...har }
  const answer = readJsonError(json)
  if (answer !== undefined) {
    return {
      kind: 'json',
      exchanges: [{ where: 'the JSON', at: undefined, request: undefined, answer }],
      notUnderstood: [],
    }
  }
  // What programs print as JSON has the words of the answer in some text of it.
  const found = readLog(trimmed)
  const notUnderstood =
    found.exchanges.length > 0
      ? found.notUnderstood
      : ['This JSON is neither an answer of an OAuth endpoint nor a HAR file.']
  return { kind: 'json', exchanges: found.exchanges, notUnderstood }
}

function readJsonError(json: unknown): Exchange['answer'] {
  const told = readJsonAnswer(json)
  if (told === undefined) return undefined
  const members = membersOf(Array.isArray(json) ? json[0] : json)
  const status = members?.get('status') ?? members?.get('statusCode')
  const known = typeof status === 'number' && status >= 100 && status < 600 ? status : undefined
  if (told.error !== undefined && isErrorWord(told.error)) return answerInWords(told.error, told.description, known)
  return seenAnswer({ status: 200, headers: [], body: JSON.stringify(json) })
}
