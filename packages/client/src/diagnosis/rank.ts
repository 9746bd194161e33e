import { assertionCauses } from './causes/assertion-causes.ts'
import { authProviderCauses } from './causes/auth-provider-causes.ts'
import type { Cause, Verdict } from './causes/cause.ts'
import { clientCauses } from './causes/client-causes.ts'
import { codeCauses } from './causes/code-causes.ts'
import { deviceCauses } from './causes/device-causes.ts'
import { dpopCauses } from './causes/dpop-causes.ts'
import { exchangeCauses } from './causes/exchange-causes.ts'
import { registrationCauses } from './causes/registration-causes.ts'
import { requestCauses } from './causes/request-causes.ts'
import { samlCauses } from './causes/saml-causes.ts'
import { samlIdpCauses } from './causes/saml-idp-causes.ts'
import { tokenCauses } from './causes/token-causes.ts'
import { userCauses } from './causes/user-causes.ts'
import { isSamlGrant, type Sight } from './sight.ts'

// Servers check in this order, too: of two causes that both show, the first is the one that was met.
const causes = {
  ...requestCauses,
  ...assertionCauses,
  ...samlCauses,
  ...samlIdpCauses,
  ...authProviderCauses,
  ...clientCauses,
  ...codeCauses,
  ...deviceCauses,
  ...registrationCauses,
  ...dpopCauses,
  ...exchangeCauses,
  ...tokenCauses,
  ...userCauses,
} satisfies Readonly<Record<string, Cause>>

/** The name of a cause. Where Sallyport knows the same cause, it has the same name. */
export type CauseName = keyof typeof causes

/** Every cause there is. */
export const causeNames: readonly CauseName[] = Object.keys(causes).filter(isCauseName)

/** Whether a text names a cause. */
export function isCauseName(text: string): text is CauseName {
  return Object.hasOwn(causes, text)
}

/** A cause by its name. */
export function causeOf(name: CauseName): Cause {
  return causes[name]
}

/** A cause that is possible, and how likely it is among those that are: percent, all together a hundred. */
export interface Ranked {
  readonly name: CauseName
  readonly likelihood: number
}

/** What a refusal comes down to. */
export interface Ranking {
  /** The likeliest first. Empty when the words are not known. */
  readonly ranked: readonly Ranked[]
  /** How many of the first cannot be told from each other by request and answer alone; 1 when the first is the cause. */
  readonly tied: number
}

const weights = { certain: 90, tied: 30, rare: 3 } as const

/** Why an exchange was refused: what its answer says, held against its request. */
export function rank(sight: Sight): Ranking {
  const error = sight.answer?.error ?? ''
  const description = sight.answer?.description ?? ''
  const named = sight.answer?.headers.get('x-sallyport-cause')?.split(':', 1)[0] ?? ''
  const possible = causeNames.flatMap((name) => {
    const cause = causeOf(name)
    if (name === named) return [{ name, cause, verdict: 'yes' as Verdict }]
    const verdict = cause.told({ error, description }, sight) ? (cause.look?.(sight) ?? 'maybe') : 'no'
    return verdict === 'no' ? [] : [{ name, cause, verdict }]
  })
  if (possible.length === 0) return { ranked: [], tied: 0 }
  const saidByServer = possible.filter(({ name }) => name === named)
  const seen = saidByServer.length > 0 ? saidByServer : possible.filter(({ verdict }) => verdict === 'yes')
  const usual = possible.filter(({ cause }) => cause.isRare !== true)
  const alike = usual.length > 0 ? usual : possible
  const tie = seen.length > 0 ? seen.slice(0, 1) : alike.toSorted((one, other) => oddsOf(other) - oddsOf(one))
  // Where the server itself says it, nothing else is likely.
  const rest = saidByServer.length > 0 ? [] : possible.filter((one) => !tie.includes(one))
  const weighed = [
    ...tie.map((one) => ({ name: one.name, weight: seen.length > 0 ? weights.certain : weights.tied * oddsOf(one) })),
    ...rest.map(({ name }) => ({ name, weight: weights.rare })),
  ]
  const sum = weighed.reduce((total, { weight }) => total + weight, 0)
  return {
    ranked: weighed.map(({ name, weight }) => ({ name, likelihood: Math.round((100 * weight) / sum) })),
    tied: tie.length,
  }
}

function oddsOf({ cause }: { readonly cause: Cause }): number {
  return cause.odds ?? 1
}

/** What would be refused of a request that was not answered yet: causes that it shows by itself. */
export function foresee(sight: Sight): readonly CauseName[] {
  const { endpoint, request } = sight
  if (request === undefined || endpoint === undefined) return []
  return foreseeable.filter((name) => causeOf(name).look?.(sight) === 'yes' && isAbout(name, sight))
}

// What a request shows without its answer; everything else depends on what the server knows.
const foreseeable: readonly CauseName[] = [
  'http-instead-of-https',
  'body-not-form',
  'grant-type-unknown',
  'assertion-missing',
  'assertion-malformed',
  'critical-header-unknown',
  'algorithm-not-allowed',
  'expiry-missing',
  'not-yet-valid',
  'subject-missing',
  'saml-malformed',
  'saml-unsigned',
  'saml-subject-missing',
  'saml-expiry-missing',
  'client-id-missing',
  'issuer-missing',
  'client-secret-missing',
  'client-assertion-mismatch',
  'code-missing',
  'code-still-encoded',
  'verifier-malformed',
  'username-password-refused',
]

function isAbout(name: CauseName, { endpoint, grant, has }: Sight): boolean {
  if (name === 'client-id-missing') return endpoint === 'authorize' || (endpoint === 'token' && grant !== undefined)
  if (endpoint !== 'token') return false
  switch (name) {
    case 'assertion-missing':
      return grant !== undefined && /-bearer$/.test(grant)
    case 'code-missing':
    case 'code-still-encoded':
    case 'verifier-malformed':
      return grant === 'authorization_code'
    case 'client-secret-missing':
      return grant === 'client_credentials'
    case 'body-not-form':
    case 'grant-type-unknown':
    case 'http-instead-of-https':
    case 'username-password-refused':
      return true
    case 'saml-malformed':
    case 'saml-unsigned':
    case 'saml-subject-missing':
    case 'saml-expiry-missing':
      return isSamlGrant(grant)
    case 'client-assertion-mismatch':
      return has('client_assertion') === true
    default:
      return grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer' || has('client_assertion') === true
  }
}
