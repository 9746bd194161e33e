import type { Child } from 'hono/jsx'
import { checkTitle } from '../../../journal/checks.ts'
import { type KeptEntry, outcomeOf } from '../../../journal/journal.ts'
import { type CrossedDiagnosis, type Diagnosis, diagnose, type KnownNames } from '../../../oauth/diagnosis.ts'
import { checksNotReached } from '../../../oauth/flow-checks.ts'
import { Words } from '../../pages/error.tsx'
import { excerpt } from '../../pages/excerpt.ts'
import { Details } from '../blocks.tsx'
import type { SetupVisit } from '../setup-visit.ts'
import { type MendingSubject, mendingLink } from './mending.ts'
import { namesOf } from './names.ts'

/** An entry told as a checklist, with what it is about. */
export interface ToldEntry {
  readonly diagnosis: Diagnosis
  /** Titles of the checks that it did not come to. */
  readonly notReached: readonly string[]
  readonly isPassed: boolean
}

/** An entry told to somebody who may mend in Setup what it says. */
export interface MendableEntry extends ToldEntry {
  readonly subject: MendingSubject
}

/** Tells an entry of the journal, with the names of app and user. */
export async function diagnosisFor({ stores, org }: SetupVisit, entry: KeptEntry): Promise<MendableEntry> {
  const { apps, users } = await namesOf(stores, org.id, { appIds: [entry.appId], userIds: [entry.userId] })
  const app = apps.get(entry.appId ?? '')
  const user = users.get(entry.userId ?? '')
  return {
    ...toldWith({ org: org.name, app: app?.label, user: user?.username }, entry),
    subject: {
      app: app && { id: app.id, label: app.label, external: app.external, isOwn: app.orgId === org.id },
      user,
    },
  }
}

/** Tells an entry of the journal with the names that are known. */
export function toldWith(names: KnownNames, entry: KeptEntry): ToldEntry {
  const diagnosis = diagnose(entry, names)
  const crossed = diagnosis.checks.find(({ outcome }) => outcome === 'refused')
  return {
    diagnosis,
    notReached: crossed === undefined ? [] : checksNotReached(entry, crossed.check).map(checkTitle),
    isPassed: outcomeOf(entry) === 'passed',
  }
}

/** Each check of a request: those passed with what was found, the one that said no explained, and those not reached. */
export function EntryChecklist({ diagnosis, notReached, subject, isPassed }: ToldEntry & Partial<MendableEntry>) {
  const { checks } = diagnosis
  if (checks.length === 0) {
    return <p>{isPassed ? 'Nothing had to be checked.' : 'No check was made before it ended.'}</p>
  }
  return (
    <ol class="checks">
      {checks.map((check) =>
        check.outcome === 'passed' ? (
          <Check state="passed" word="Passed" title={check.title}>
            {check.found !== undefined && <p class="help">{excerpt(check.found, 1000)}</p>}
          </Check>
        ) : (
          <Check state="refused" word="Refused" title={check.title}>
            <Explained check={check} subject={subject} />
          </Check>
        ),
      )}
      {notReached.map((title) => (
        <Check state="unreached" word="Not reached" title={title} />
      ))}
    </ol>
  )
}

interface CheckProps {
  readonly state: 'passed' | 'refused' | 'unreached'
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

interface ExplainedProps {
  readonly check: CrossedDiagnosis
  readonly subject: MendingSubject | undefined
}

function Explained({ check, subject }: ExplainedProps) {
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
      {subject !== undefined && <Mending reason={reason} subject={subject} />}
    </div>
  )
}

function Mending({ reason, subject }: { readonly reason: string; readonly subject: MendingSubject }) {
  const mending = mendingLink(reason, subject)
  return (
    <p>
      {mending === undefined ? (
        <span class="slds-text-color_weak">No setting here changes this: mend what is sent.</span>
      ) : (
        <a class="slds-button slds-button_brand" href={mending.href}>
          {`Mend it at ${excerpt(mending.label, 100)}`}
        </a>
      )}
    </p>
  )
}
