import { type Evidence, readEvidence } from './evidence.ts'
import { type Mask, maskFor } from './mask.ts'
import type { CauseName } from './rank.ts'
import { causeOf, foresee, rank } from './rank.ts'
import { type Sight, sightOf } from './sight.ts'

/** What a text with exchanges of OAuth in it comes down to. Nothing secret of the text is in it. */
export interface EvidenceDiagnosis {
  readonly kind: Evidence['kind']
  readonly exchanges: readonly ExchangeDiagnosis[]
  /** What could not be understood, and where it stands. */
  readonly notUnderstood: readonly string[]
}

/** One exchange, explained. */
export interface ExchangeDiagnosis {
  /** Where it stands in the text. */
  readonly where: string
  /** What was asked, by name; values are shortened, and secrets are left out. */
  readonly asked: Readonly<Record<string, string>>
  readonly status: number | undefined
  /** The wire's `error`. */
  readonly error: string | undefined
  /** The wire's `error_description`. */
  readonly description: string | undefined
  /** `x-request-id` of the answer: where Sallyport answered, its journal knows more. */
  readonly requestId: string | undefined
  /**
   * `granted`; `certain` when the first cause is the one; `one-of` when request and answer alone cannot tell which of the first
   * {@link tied} it was; `foreseen` for a request without an answer; `unknown` for words that nobody here knows.
   */
  readonly verdict: 'granted' | 'certain' | 'one-of' | 'foreseen' | 'unknown'
  readonly tied: number
  /** The likeliest first. */
  readonly causes: readonly LikelyCause[]
  /** What else is worth knowing. */
  readonly notes: readonly string[]
}

/** A cause, and how it is mended. */
export interface LikelyCause {
  readonly cause: CauseName
  /** Percent. */
  readonly likelihood: number
  readonly meaning: string
  /** What speaks for it in the request. */
  readonly found: string | undefined
  readonly whatToDo: readonly string[]
  /** The setting in Salesforce, from Setup on, for an app of either kind. */
  readonly setting: { readonly connectedApp: string; readonly externalClientApp: string } | undefined
  /** The command that mends it, or shows how it stands. */
  readonly command: string | undefined
}

const mostCauses = 12

/**
 * Finds the exchanges of OAuth in a text and says why each was refused: an error as JSON, a command of curl with what it
 * printed, a HAR file, a log. It works on answers of Salesforce as on those of Sallyport, and asks nobody.
 * @throws {InputError} for a text that is empty or too long
 */
export function diagnoseEvidence(text: string, { now = new Date() }: { readonly now?: Date } = {}): EvidenceDiagnosis {
  const { kind, exchanges, notUnderstood } = readEvidence(text)
  const mask = maskFor(exchanges)
  const sights: Sight[] = []
  for (const exchange of exchanges) sights.push(sightOf(exchange, now, [...sights]))
  return {
    kind,
    exchanges: sights.filter(isTelling).map((sight) => diagnosisOf(sight, mask)),
    notUnderstood: notUnderstood.map(mask),
  }
}

/** A page that was only shown, or a request that went through on its way elsewhere, tells nothing. */
function isTelling({ answer, endpoint }: Sight): boolean {
  if (answer === undefined) return endpoint !== undefined && endpoint !== 'elsewhere'
  if (answer.error !== undefined || answer.page !== undefined) return true
  const isRefused = answer.status !== undefined && answer.status >= 400
  return isRefused || endpoint === 'token'
}

function diagnosisOf(sight: Sight, mask: Mask): ExchangeDiagnosis {
  const { exchange, answer } = sight
  const isGranted = answer?.error === undefined && answer?.members.has('access_token') === true
  const { ranked, tied } = answer === undefined || isGranted ? foreseenCauses(sight, isGranted) : rank(sight)
  const verdict = isGranted
    ? 'granted'
    : answer === undefined
      ? 'foreseen'
      : ranked.length === 0
        ? 'unknown'
        : tied === 1
          ? 'certain'
          : 'one-of'
  return {
    where: exchange.where,
    asked: askedOf(sight, mask),
    status: answer?.status,
    error: maskedOf(answer?.error, mask),
    description: maskedOf(answer?.description, mask),
    requestId: maskedOf(/^[\w-]{6,64}$/.exec(answer?.headers.get('x-request-id') ?? '')?.[0], mask),
    verdict,
    tied: verdict === 'certain' || verdict === 'one-of' ? tied : 0,
    causes: ranked
      .slice(0, Math.max(mostCauses, tied))
      .map(({ name, likelihood }) => likelyCause(name, likelihood, sight, mask)),
    notes: notesOf(sight, isGranted),
  }
}

function foreseenCauses(sight: Sight, isGranted: boolean): ReturnType<typeof rank> {
  if (isGranted) return { ranked: [], tied: 0 }
  return { ranked: foresee(sight).map((name) => ({ name, likelihood: 100 })), tied: 0 }
}

function likelyCause(name: CauseName, likelihood: number, sight: Sight, mask: Mask): LikelyCause {
  const { meaning, found, whatToDo, setting, command } = causeOf(name)
  return { cause: name, likelihood, meaning, found: maskedOf(found?.(sight), mask), whatToDo, setting, command }
}

// Facts about a request that are nobody's secret.
const shownFields = [
  'grant_type',
  'response_type',
  'redirect_uri',
  'scope',
  'prompt',
  'response_mode',
  'code_challenge_method',
] as const

function askedOf(sight: Sight, mask: Mask): Readonly<Record<string, string>> {
  const { request, endpoint, assertion, saml, at } = sight
  if (request === undefined) return {}
  const url = request.url
  const ends = assertion?.expiry ?? saml?.end
  const expiry = ends === undefined ? undefined : new Date(ends * 1000)
  const audiences = assertion?.audiences ?? saml?.audiences
  const facts: Readonly<Record<string, string | undefined>> = {
    request:
      url === undefined
        ? request.method
        : `${request.method} ${url.origin}${endpoint === 'elsewhere' ? '/…' : url.pathname}`,
    ...Object.fromEntries(shownFields.map((name) => [name, sight.value(name)?.replace(/[?#][\s\S]*$/, '?…')])),
    alg: assertion?.algorithm,
    sub: assertion?.subject ?? saml?.subject,
    aud: audiences === undefined ? undefined : audiences.join(' ') || 'none',
    exp:
      expiry === undefined || Number.isNaN(expiry.getTime())
        ? undefined
        : `${expiry.toISOString()} (sent ${at.toISOString()})`,
  }
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, maskedOf(value, mask) ?? '']],
    ),
  )
}

const longestFact = 300

function maskedOf(text: string | undefined, mask: Mask): string | undefined {
  return text === undefined ? undefined : mask(text).slice(0, longestFact)
}

/** What is not why it was refused, and worth knowing. */
function notesOf(sight: Sight, isGranted: boolean): readonly string[] {
  const { grant, answer, endpoint, request } = sight
  const notes: string[] = []
  const scopes = String(answer?.members.get('scope') ?? '').split(' ')
  if (isGranted && answer?.members.has('refresh_token') !== true && grant !== 'refresh_token') {
    notes.push(
      grant === 'client_credentials' || grant?.endsWith('-bearer') === true
        ? 'This flow never gives a refresh token: ask for a new access token in the same way when this one has ended.'
        : scopes.includes('refresh_token') || scopes.includes('offline_access')
          ? 'There is no refresh token although the scope was granted: the refresh token policy of the app may end it at once.'
          : 'There is no refresh token, because refresh_token was not granted: the app needs that scope, and scope must ask for it (or be absent). full does not include it.',
    )
  }
  if (grant === 'password') {
    notes.push(
      'The username-password flow is being retired by Salesforce (Winter ’27, at the latest 20 February 2027).',
    )
  }
  if (endpoint === 'soap' && /login/i.test(request?.headers.get('soapaction') ?? '')) {
    notes.push('login() of the SOAP API is being retired by Salesforce (Summer ’27).')
  }
  const { host } = sight
  if (answer?.error === undefined || host === undefined) return notes
  if (/^(?:login|test)\.salesforce\.com$/.test(host)) {
    notes.push(
      `Asked at ${host}, which knows ${host.startsWith('test') ? 'sandboxes and scratch orgs' : 'production orgs'} alone. The My Domain of an org is right for every flow.`,
    )
  }
  return notes
}
