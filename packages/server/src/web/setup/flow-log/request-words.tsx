import { type JournalOutcome, type KeptEntry, outcomeOf } from '../../../journal/journal.ts'
import { flowName } from '../../../oauth/diagnosis.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Badge, type BadgeLook } from '../blocks.tsx'

/** How requests end, each in a word. */
export const outcomeNames = {
  passed: 'Passed',
  refused: 'Refused',
  failed: 'Failed',
} as const satisfies Readonly<Record<JournalOutcome, string>>

/** What was asked, in a few words: the flow where it has a name, and the endpoint. */
export function requestName(endpoint: string, flow: string | undefined): string {
  return flow === undefined || flow === endpoint ? endpoint : `${endpoint} · ${excerpt(flowName(flow), 80)}`
}

/** How a request ended, as a badge with its status. */
export function Ending({ entry }: { readonly entry: KeptEntry }) {
  const outcome = outcomeOf(entry)
  return <Badge look={looks[outcome]}>{`${outcomeNames[outcome]} ${entry.status}`}</Badge>
}

const looks: Readonly<Record<JournalOutcome, BadgeLook>> = { passed: 'success', refused: 'error', failed: 'error' }
