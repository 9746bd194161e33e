import { type Values, withoutSecrets } from '../flow.ts'
import { type FlowName, flowNames, type StepName } from '../flow-steps.ts'
import { type BreakName, isBreakName } from './breaks.ts'
import { base64url, bytesOf } from './jwt.ts'

/** What a link tells somebody else: choices and changes, and nothing that opens anything. */
export interface Shared {
  readonly flow: FlowName
  readonly consumerKey: string
  readonly username: string
  /** The step that one looks at. */
  readonly step: StepName | undefined
  readonly broken: BreakName | undefined
  /** Requests as they were changed, as templates. */
  readonly edits: Readonly<Partial<Record<StepName, string>>>
  /** Header and claims of the JWT, where they were changed. */
  readonly header: string | undefined
  readonly claims: string | undefined
}

const longestLink = 16_384
const stepNames: readonly StepName[] = ['authorize', 'assertion', 'token', 'userinfo', 'api', 'refresh']

/** The fragment of a link. Whatever stands where a secret belongs is left out, so that only names of secrets are in it. */
export function writeLink(shared: Shared, values: Values): string {
  const clean = (text: string | undefined) => (text === undefined ? undefined : withoutSecrets(text, values))
  const edits = Object.fromEntries(Object.entries(shared.edits).map(([step, text]) => [step, clean(text)]))
  const { flow, consumerKey, username, step, broken } = shared
  const json = JSON.stringify({
    flow,
    consumerKey: clean(consumerKey),
    username: clean(username),
    step,
    broken,
    edits,
    header: clean(shared.header),
    claims: clean(shared.claims),
  })
  return base64url(new TextEncoder().encode(json))
}

/** Reads such a fragment; `undefined` for anything else. */
export function readLink(fragment: string): Shared | undefined {
  if (fragment.length > longestLink) return undefined
  const bytes = bytesOf(fragment)
  const json = bytes === undefined ? undefined : readJson(new TextDecoder().decode(bytes))
  if (typeof json !== 'object' || json === null) return undefined
  const members: Readonly<Record<string, unknown>> = { ...json }
  const flow = flowNames.find((name) => name === members['flow'])
  if (flow === undefined) return undefined
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined)
  const edits: Readonly<Record<string, unknown>> = { ...Object(members['edits']) }
  return {
    flow,
    consumerKey: text('consumerKey') ?? '',
    username: text('username') ?? '',
    step: stepNames.find((name) => name === members['step']),
    broken: isBreakName(members['broken']) ? members['broken'] : undefined,
    edits: Object.fromEntries(
      stepNames.flatMap((name) => (typeof edits[name] === 'string' ? [[name, edits[name]]] : [])),
    ),
    header: text('header'),
    claims: text('claims'),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
