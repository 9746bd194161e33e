import { excerpt } from '../pages/excerpt.ts'
import { EntryChecklist, type ToldEntry } from '../setup/flow-log/entry-checklist.tsx'

/** The checklist of a request as the Flow Log has it, with the id by which it is found there: a part of a page. */
export function Checks({ told }: { readonly told: ToldEntry }) {
  return (
    <>
      <EntryChecklist {...told} />
      <p class="help">
        Request id: <code>{excerpt(told.diagnosis.requestId, 64)}</code>
      </p>
    </>
  )
}
