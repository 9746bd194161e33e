import { checkTitle } from '../journal/checks.ts'
import type { Facts, JournalEntry } from '../journal/journal.ts'
import { explain, readRefusal } from './explanation.ts'
import { wireWords } from './refusal.ts'

/**
 * A request of the journal, told as a checklist: what it was, each check it passed, and the one it did not. Every value
 * is a text or a number, so that it is its own JSON.
 */
export interface Diagnosis {
  readonly requestId: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly endpoint: string
  /** The flow by its name at Salesforce where it has one, else as the request named it. */
  readonly flow: string | undefined
  readonly org: string | undefined
  readonly app: string | undefined
  readonly user: string | undefined
  readonly sourceIp: string
  readonly answer: WireAnswer
  /** In the order in which they were made. The last one is crossed when the request was refused. */
  readonly checks: readonly DiagnosedCheck[]
}

/** What the caller was told. */
export interface WireAnswer {
  readonly status: number
  /** The wire's `error`. */
  readonly error: string | undefined
  /** The wire's `error_description`. */
  readonly description: string | undefined
}

/** A check of a request, with what came of it. */
export type DiagnosedCheck = PassedDiagnosis | CrossedDiagnosis

/** A check that was passed, and what it saw. */
export interface PassedDiagnosis {
  readonly outcome: 'passed'
  readonly check: string
  readonly title: string
  readonly found: string | undefined
}

/** The check that refused, explained. */
export interface CrossedDiagnosis {
  readonly outcome: 'refused'
  readonly check: string
  readonly title: string
  readonly reason: string
  readonly expected: string
  readonly found: string
  readonly whatToDo: string
  readonly whereInSetup: string | undefined
}

/** What the ids in an entry are called, as far as somebody has looked them up. */
export interface KnownNames {
  readonly org: string | undefined
  readonly app: string | undefined
  readonly user: string | undefined
}

const noNames: KnownNames = { org: undefined, app: undefined, user: undefined }

/** Tells an entry of the journal as a checklist. Ids stand where no name is given. */
export function diagnose(entry: JournalEntry, names: KnownNames = noNames): Diagnosis {
  const crossed = crossedCheck(entry)
  return {
    requestId: entry.requestId,
    at: entry.at.toISOString(),
    endpoint: entry.endpoint,
    flow: entry.flow === undefined ? undefined : flowName(entry.flow),
    org: names.org ?? entry.orgId,
    app: names.app ?? entry.appId,
    user: names.user ?? entry.userId,
    sourceIp: entry.sourceIp,
    answer: { status: entry.status, error: entry.error, description: wireWords(entry.refusal?.reason, entry.error) },
    checks: [...passedChecks(entry, crossed?.check), ...(crossed === undefined ? [] : [crossed])],
  }
}

const flowNames: ReadonlyMap<string, string> = new Map([
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'JWT Bearer Flow'],
  ['urn:ietf:params:oauth:grant-type:saml2-bearer', 'SAML Bearer Assertion Flow'],
  ['assertion', 'SAML Assertion Flow'],
  ['authorization_code', 'Web Server Flow'],
  ['web-server', 'Web Server Flow'],
  ['refresh_token', 'Refresh Token Flow'],
  ['client_credentials', 'Client Credentials Flow'],
  ['device_code', 'Device Flow'],
  ['device', 'Device Flow'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'Device Flow'],
  ['hybrid_auth_code', 'Hybrid Web Server Flow'],
  ['hybrid_refresh', 'Hybrid Refresh Token Flow'],
  ['urn:ietf:params:oauth:grant-type:hybrid-token-exchange', 'Hybrid Token Exchange Flow'],
  ['user-agent', 'User-Agent Flow'],
  ['password', 'Username-Password Flow'],
  ['code-credentials', 'Authorization Code and Credentials Flow'],
  ['urn:ietf:params:oauth:grant-type:token-exchange', 'Token Exchange Flow'],
  ['asset_token', 'Asset Token Flow'],
  ['register', 'Dynamic Client Registration'],
  ['soap-login', 'SOAP API login()'],
])

/** What a flow of the journal is called: by its name at Salesforce where it has one, else as the request named it. */
export function flowName(flow: string): string {
  return flowNames.get(flow) ?? flow
}

/** The flows that have a name, as the journal has them. */
export const namedFlows: readonly string[] = [...flowNames.keys()]

/** A check that was made twice is told once, where it was made last; one that failed in the end was not passed. */
function passedChecks({ passed }: JournalEntry, crossed: string | undefined): readonly PassedDiagnosis[] {
  const last = new Map(passed.map(({ check }, position) => [check, position]))
  return passed
    .filter(({ check }, position) => last.get(check) === position && check !== crossed)
    .map(({ check, found }) => ({ outcome: 'passed', check, title: checkTitle(check), found: factsInWords(found) }))
}

function crossedCheck({ refusal, appId }: JournalEntry): CrossedDiagnosis | undefined {
  if (refusal === undefined) return undefined
  const { reason, facts } = refusal
  const known = readRefusal(reason, facts)
  if (known === undefined) {
    return {
      outcome: 'refused',
      check: reason,
      title: reason,
      reason,
      expected: 'something that another version of this program knows',
      found: factsInWords(facts) ?? 'nothing that was noted',
      whatToDo: 'Ask the version of the program that wrote this journal, or send the request once more.',
      whereInSetup: undefined,
    }
  }
  const { check, ...words } = explain(known, appId)
  return { outcome: 'refused', check, title: checkTitle(check), reason, ...words }
}

function factsInWords(facts: Facts | undefined): string | undefined {
  const words = Object.entries(facts ?? {})
    .filter(([, fact]) => fact !== undefined)
    .map(([name, fact]) => `${name}: ${factInWords(fact)}`)
  return words.length === 0 ? undefined : words.join(', ')
}

function factInWords(fact: Facts[string]): string {
  if (typeof fact === 'boolean') return fact ? 'yes' : 'no'
  return Array.isArray(fact) ? fact.join(' ') : String(fact)
}
