import type { AccessToken } from './access-token.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { explain } from './explanations.ts'
import { type Explanation, TokenError } from './token-error.ts'
import { type TokenNeeds, textMember, tokenOf } from './token-members.ts'
import type { IncomingAnswer } from './transport.ts'

/** What was asked, as far as an explanation needs to know. */
export interface TokenQuestion extends TokenNeeds {
  readonly tokenEndpoint: URL
  /** `undefined` where it is not the token endpoint that was asked. */
  readonly grantType: string | undefined
  readonly audience?: string | undefined
}

/**
 * Reads what a token endpoint answered (RFC 6749 §5).
 * @throws {TokenError} for a refusal, and for what is no answer of a token endpoint
 */
export function readTokenResponse(answer: IncomingAnswer, question: TokenQuestion): AccessToken {
  const text = textOf(answer.body)
  const members = membersOf(readJson(text))
  const accessToken = textMember(members, 'access_token')
  if (answer.status !== 200 || members === undefined || accessToken === undefined) {
    throw refusalOf(answer, members, text, question)
  }
  const token = tokenOf(members, accessToken, question)
  if ('accessToken' in token) return token
  throw notAnAnswer(answer, question, { meaning: token.meaning, whatToDo: [token.todo], cause: undefined })
}

/** The error that an answer of a token endpoint stands for which is not the one that was hoped for (RFC 6749 §5.2). */
export function readRefusal(answer: IncomingAnswer, question: TokenQuestion): TokenError {
  const text = textOf(answer.body)
  return refusalOf(answer, membersOf(readJson(text)), text, question)
}

function refusalOf(
  answer: IncomingAnswer,
  members: ReadonlyMap<string, unknown> | undefined,
  text: string,
  question: TokenQuestion,
): TokenError {
  const error = textMember(members, 'error')
  if (error === undefined) return notAnAnswer(answer, question, whatItIs(answer, members, text))
  const errorDescription = textMember(members, 'error_description')
  const { host } = question.tokenEndpoint
  const { grantType, audience } = question
  const cause = answer.headers.get('x-sallyport-cause') ?? undefined
  return new TokenError({
    error,
    errorDescription,
    status: answer.status,
    requestId: requestIdOf(answer),
    explanation: explain({ grantType, error, errorDescription, host, audience, cause }),
  })
}

function notAnAnswer(answer: IncomingAnswer, { tokenEndpoint }: TokenQuestion, explanation: Explanation): TokenError {
  return new TokenError({
    error: 'unusable_answer',
    errorDescription: `${tokenEndpoint.host} answered with status ${answer.status}`,
    status: answer.status,
    requestId: requestIdOf(answer),
    explanation,
  })
}

function whatItIs(
  { status, headers }: IncomingAnswer,
  members: ReadonlyMap<string, unknown> | undefined,
  text: string,
): Explanation {
  const say = (meaning: string, todo: string): Explanation => ({ meaning, whatToDo: [todo], cause: undefined })
  if (status >= 300 && status < 400) {
    const to = headers.get('location')
    const host = to !== null && URL.canParse(to) ? new URL(to).host : 'another place'
    return say(
      `It sends on to ${host}, and tokens are not asked for by a detour.`,
      'Give the URL it leads to: https, and the right host.',
    )
  }
  if (status >= 500) return say('The server had a fault of its own.', 'Try again later.')
  if (/^\s*</.test(text)) {
    return say(
      'It answered with a page, so it is no token endpoint.',
      'Give the URL of one: https://<host>/services/oauth2/token.',
    )
  }
  if (members === undefined) return say('The answer is no JSON, or was cut off.', 'Look at what answers at this URL.')
  return say('The answer has no access token.', 'Look at what answers at this URL.')
}

function requestIdOf({ headers }: IncomingAnswer): string | undefined {
  return headers.get('x-request-id') ?? undefined
}
