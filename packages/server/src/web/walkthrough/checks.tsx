import type { Child } from 'hono/jsx'
import type { CrossedDiagnosis, Diagnosis } from '../../oauth/diagnosis.ts'
import { Words } from '../pages/error.tsx'
import { excerpt } from '../pages/excerpt.ts'
import { Details } from '../setup/blocks.tsx'

/** Each check of a request: those passed with what was found, and the one that said no, explained. A part of a page. */
export function Checks({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { checks, requestId } = diagnosis
  return (
    <>
      {checks.length === 0 ? (
        <p>Nothing had to be checked.</p>
      ) : (
        <ol class="checks">
          {checks.map((check) =>
            check.outcome === 'passed' ? (
              <Check state="passed" word="Passed" title={check.title}>
                {check.found !== undefined && <p class="help">{excerpt(check.found, 1000)}</p>}
              </Check>
            ) : (
              <Check state="refused" word="Refused" title={check.title}>
                <Explained check={check} />
              </Check>
            ),
          )}
        </ol>
      )}
      <p class="help">
        Request id: <code>{excerpt(requestId, 64)}</code>
      </p>
    </>
  )
}

interface CheckProps {
  readonly state: 'passed' | 'refused'
  readonly word: string
  readonly title: string
  readonly children?: Child
}

function Check({ state, word, title, children }: CheckProps) {
  return (
    <li class={state}>
      <div>
        <span class="slds-assistive-text">{`${word}: `}</span>
        <span class="title">{title}</span>
        {children}
      </div>
    </li>
  )
}

function Explained({ check }: { readonly check: CrossedDiagnosis }) {
  const { reason, expected, found, whatToDo, whereInSetup } = check
  return (
    <div class="explained">
      <Details
        rows={[
          ['Cause', <code>{reason}</code>],
          ['Expected', excerpt(expected, 2000)],
          ['Found', excerpt(found, 2000)],
          whereInSetup === undefined ? undefined : ['In Salesforce', excerpt(whereInSetup, 400)],
        ]}
      />
      <p>
        <strong>What to do. </strong>
        <Words text={excerpt(whatToDo, 4000)} />
      </p>
    </div>
  )
}
