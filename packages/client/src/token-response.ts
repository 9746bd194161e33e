import type { AccessToken } from './access-token.ts'
import { membersOf, readJson, textOf } from './encoding.ts'
import { explain } from './explanations.ts'
import { type Explanation, TokenError } from './token-error.ts'
import type { IncomingAnswer } from './transport.ts'

/** What was asked, as far as an explanation needs to know. */
export interface TokenQuestion {
  readonly tokenEndpoint: URL
  readonly grantType: string
  readonly audience?: string | undefined
  /** Whether the answer must say where the API is, as Salesforce always does. */
  readonly needsInstanceUrl: boolean
  /** Whether a key was shown, to which the token is to be bound (RFC 9449). */
  readonly isBound: boolean
  readonly now: Date
}

/**
 * Reads what a token endpoint answered (RFC 6749 §5).
 * @throws {TokenError} for a refusal, and for what is no answer of a token endpoint
 */
export function readTokenResponse(answer: IncomingAnswer, question: TokenQuestion): AccessToken {
  const text = textOf(answer.body)
  const members = membersOf(readJson(text))
  const member = (name: string) => textMember(members, name)
  const accessToken = member('access_token')
  if (answer.status !== 200 || accessToken === undefined) throw refusalOf(answer, members, text, question)
  const unusable = (meaning: string, todo: string) =>
    notAnAnswer(answer, question, { meaning, whatToDo: [todo], cause: undefined })
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw unusable('The access token has characters that no header may have.', 'Look at what answers at this URL.')
  }
  const tokenType = member('token_type') ?? 'Bearer'
  const wanted = question.isBound ? 'DPoP' : 'Bearer'
  if (tokenType.toLowerCase() !== wanted.toLowerCase()) {
    throw question.isBound
      ? unusable(
          `The token is of the type ${tokenType}: the server has not bound it to the key that was shown.`,
          'Ask without a key, or at a server that knows DPoP; Salesforce does not.',
        )
      : unusable(`The token is of the type ${tokenType}, and only bearer tokens can be used here.`, 'Ask for one.')
  }
  const instanceUrl = member('instance_url')
  if (instanceUrl === undefined ? question.needsInstanceUrl : !isApiHost(instanceUrl)) {
    throw unusable(
      instanceUrl === undefined
        ? 'The answer does not say where the API is: it has no instance_url.'
        : 'The instance_url of the answer is no https URL.',
      'Ask at a token endpoint of Salesforce: https://<host>/services/oauth2/token.',
    )
  }
  const issuedAtText = member('issued_at')
  const issuedAt =
    issuedAtText !== undefined && /^\d{10,15}$/.test(issuedAtText) ? new Date(Number(issuedAtText)) : question.now
  const lifetime = members?.get('expires_in')
  const seconds = typeof lifetime === 'string' ? Number(lifetime) : lifetime
  return {
    accessToken,
    tokenType: wanted,
    instanceUrl: instanceUrl?.replace(/\/+$/, ''),
    id: member('id'),
    scope:
      member('scope')
        ?.split(' ')
        .filter((word) => word !== '') ?? [],
    refreshToken: member('refresh_token'),
    idToken: member('id_token'),
    signature: member('signature'),
    issuedAtText,
    issuedAt,
    // From our own clock, so that it does not matter by how much the server's is off.
    expiresAt:
      typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
        ? new Date(question.now.getTime() + seconds * 1000)
        : undefined,
  }
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

function isApiHost(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  const isHere = hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname)
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && username === '' && password === ''
}

function requestIdOf({ headers }: IncomingAnswer): string | undefined {
  return headers.get('x-request-id') ?? undefined
}

function textMember(members: ReadonlyMap<string, unknown> | undefined, name: string): string | undefined {
  const value = members?.get(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
