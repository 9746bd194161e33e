import type { CheckName } from '../journal/checks.ts'
import type { Facts } from '../journal/journal.ts'
import { keyPrefixes } from '../record-id.ts'
import { assertionExplanations } from './explanations/assertion.ts'
import { assetTokenExplanations } from './explanations/asset-token.ts'
import { authProviderExplanations } from './explanations/auth-provider.ts'
import { browserExplanations } from './explanations/browser.ts'
import { clientExplanations } from './explanations/client.ts'
import { clientCredentialsExplanations } from './explanations/client-credentials.ts'
import { codeExplanations } from './explanations/code.ts'
import { credentialsExplanations } from './explanations/credentials.ts'
import { deviceExplanations } from './explanations/device.ts'
import { dpopExplanations } from './explanations/dpop.ts'
import type {
  ExplainedReason,
  ExplainedRefusal,
  Explanation,
  ReasonExplanations,
} from './explanations/explained-reason.ts'
import { flowSwitchExplanations } from './explanations/flow-switches.ts'
import { frontdoorExplanations } from './explanations/frontdoor.ts'
import { headlessExplanations } from './explanations/headless.ts'
import { placeOfExternalApp } from './explanations/mending.ts'
import { pushedRequestExplanations } from './explanations/pushed-request.ts'
import { refreshTokenExplanations } from './explanations/refresh-token.ts'
import { registrationExplanations } from './explanations/registration.ts'
import { requestExplanations } from './explanations/request.ts'
import { restExplanations } from './explanations/rest.ts'
import { samlExplanations } from './explanations/saml.ts'
import { samlIdpExplanations } from './explanations/saml-idp.ts'
import { singleSignOnExplanations } from './explanations/single-sign-on.ts'
import { tokenExplanations } from './explanations/token.ts'
import { tokenExchangeExplanations } from './explanations/token-exchange.ts'
import { userExplanations } from './explanations/user.ts'
import { userAgentExplanations } from './explanations/user-agent.ts'

export type {
  ExplainedReason,
  ExplainedReasons,
  ExplainedRefusal,
  Explanation,
} from './explanations/explained-reason.ts'

// The one place where our reasons and plain words meet: a reason without an explanation does not compile.
const explanations: ReasonExplanations = {
  ...requestExplanations,
  ...clientExplanations,
  ...clientCredentialsExplanations,
  ...registrationExplanations,
  ...deviceExplanations,
  ...assertionExplanations,
  ...samlExplanations,
  ...singleSignOnExplanations,
  ...samlIdpExplanations,
  ...authProviderExplanations,
  ...userExplanations,
  ...codeExplanations,
  ...refreshTokenExplanations,
  ...pushedRequestExplanations,
  ...tokenExchangeExplanations,
  ...assetTokenExplanations,
  ...browserExplanations,
  ...flowSwitchExplanations,
  ...headlessExplanations,
  ...frontdoorExplanations,
  ...userAgentExplanations,
  ...credentialsExplanations,
  ...dpopExplanations,
  ...tokenExplanations,
  ...restExplanations,
}

/** Every reason that is explained. */
export const explainedReasons: readonly ExplainedReason[] = Object.keys(explanations).filter(isExplainedReason)

/**
 * Says in plain words which check refused, what it expected, what it found, and what to do.
 * @param appId the app that the request was of: its id says of which kind it is, and so where its settings are
 */
export function explain<R extends ExplainedReason>(
  { reason, facts }: ExplainedRefusal<R>,
  appId?: string,
): Explanation {
  const explanation: ReasonExplanations[R] = explanations[reason]
  const words = explanation.explain(facts)
  const isExternal = appId?.startsWith(keyPrefixes.externalClientApplication) === true
  const whereInSetup =
    isExternal && words.whereInSetup !== undefined ? placeOfExternalApp(words.whereInSetup) : words.whereInSetup
  return { check: explanation.check, ...words, whereInSetup }
}

/** Reads a refusal from the journal; `undefined` when this version does not know its reason, or other facts of it. */
export function readRefusal(reason: string, facts: Facts): ExplainedRefusal | undefined {
  const refusal = { reason, facts }
  return isRefusal(refusal) ? refusal : undefined
}

/** The check that a reason belongs to; `undefined` when this version does not know it. */
export function checkOfReason(reason: string): CheckName | undefined {
  return isExplainedReason(reason) ? explanations[reason].check : undefined
}

/**
 * The cause of a refusal for the header `x-sallyport-cause`: one line of at most 300 printable ASCII characters. The
 * whole explanation is for {@link explain}.
 */
export function causeHeader(refusal: ExplainedRefusal): string {
  const { expected, found } = explain(refusal)
  const start = `${refusal.reason}: found `
  const middle = '; expected '
  const room = longestHeader - start.length - middle.length
  // What was found is the shorter part as a rule, and the one that only this request knows.
  const shownFound = clipped(printable(found), Math.floor(room / 2))
  return `${start}${shownFound}${middle}${clipped(printable(expected), room - shownFound.length)}`.trim()
}

const longestHeader = 300

function isExplainedReason(text: string): text is ExplainedReason {
  return Object.hasOwn(explanations, text)
}

function isRefusal(refusal: { readonly reason: string; readonly facts: Facts }): refusal is ExplainedRefusal {
  if (!isExplainedReason(refusal.reason)) return false
  const kinds: Readonly<Record<string, string>> = explanations[refusal.reason].facts
  return Object.entries(kinds).every(([name, kind]) => isOfKind(refusal.facts[name], kind))
}

function isOfKind(fact: Facts[string], kind: string): boolean {
  if (kind === 'number') return typeof fact === 'number' && Number.isFinite(fact)
  if (kind === 'text') return typeof fact === 'string'
  return Array.isArray(fact) && fact.every((one) => typeof one === 'string')
}

function printable(text: string): string {
  return text
    .replaceAll(/[“”„]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll('…', '...')
    .replaceAll('§', 'section ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^ -~]/g, '?')
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 3))}...`
}
