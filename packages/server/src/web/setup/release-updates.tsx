import type { Clock } from '../../clock.ts'
import { checkRelease, type ReleaseFinding, updatesUntil } from '../../connected-apps/release-check.ts'
import { changeOrg } from '../../orgs/change-org.ts'
import type { Org } from '../../orgs/org.ts'
import { done } from '../../problem.ts'
import { readDay } from '../../releases/release.ts'
import {
  isInForce,
  isReleaseUpdateName,
  type ReleaseUpdate,
  type ReleaseUpdateName,
  releaseUpdateNames,
  releaseUpdates,
} from '../../releases/release-updates.ts'
import { Badge, Card, EmptyState, Instant, Notice } from './blocks.tsx'
import { radios, text } from './field.tsx'
import { Filters } from './filters.tsx'
import { formPage, page, shown } from './route.tsx'
import type { SetupRoute } from './setup-visit.ts'
import { DataTable } from './table.tsx'

const path = '/setup/release-updates'

/** *Release Updates*: as which Salesforce this org behaves, and what will break in it by when. */
export function releaseUpdatePages({ now }: { readonly now: Clock }): readonly SetupRoute[] {
  return [...overview(now), ...editRelease, ...switchUpdate(now)]
}

type Listed = ReleaseUpdate & { readonly name: ReleaseUpdateName }

function overview(now: Clock): readonly SetupRoute[] {
  return page(path, 'view setup', async (visit) => {
    const { org, stores, query } = visit
    const asked = query.get('at') ?? ''
    const day = readDay(asked)
    const updates = day === undefined ? [] : updatesUntil(org, now(), day)
    const findings = await checkRelease(stores, org, updates)
    const canManage = visit.can('manage the org')
    const { release, releaseUpdates: switched } = org.settings
    return shown(visit, {
      title: 'Release Updates',
      lead: 'Salesforce changes on known days what apps may do. Here is which of these changes hold in this org, and what each will break.',
      place: path,
      actions: [canManage ? { href: `${path}/edit`, label: 'Change Release', look: 'brand' } : undefined],
      children: (
        <>
          <Card title="What will break">
            <Filters path={path} query={query} filters={[{ name: 'at', label: 'By which day', type: 'date' }]} />
            {asked !== '' && day === undefined && <Notice look="error">That is no day. Write it as 2027-03-01.</Notice>}
            {day !== undefined && <Breaks day={asked} updates={updates} findings={findings} />}
          </Card>
          <Card title="Dated changes">
            <p>
              This org’s release: <strong>{release}</strong>.
            </p>
            <DataTable<Listed>
              caption="Dated changes of Salesforce, the earliest first"
              rows={releaseUpdateNames.map((name) => ({ name, ...releaseUpdates[name] }))}
              columns={[
                { heading: 'Date', cell: ({ date }) => date.toISOString().slice(0, 10) },
                {
                  heading: 'Change',
                  cell: ({ name, what, setting, source, isReport }) => (
                    <>
                      {canManage ? <a href={`${path}/${name}`}>{name}</a> : <code>{name}</code>}
                      <p>{what}</p>
                      <p class="help">{setting}</p>
                      <p class="help">
                        Source: {source}. {isReport && <Badge look="warning">Reported, not documented</Badge>}
                      </p>
                    </>
                  ),
                },
                {
                  heading: 'Here',
                  cell: ({ name }) => (
                    <>
                      {isInForce(name, org.settings, now()) ? (
                        <Badge look="success">In force</Badge>
                      ) : (
                        <Badge>Not in force</Badge>
                      )}
                      {switched[name] !== undefined && <p class="help">Switched by itself</p>}
                    </>
                  ),
                },
              ]}
              empty={null}
            />
          </Card>
        </>
      ),
    })
  })
}

function Breaks(props: {
  readonly day: string
  readonly updates: readonly ReleaseUpdateName[]
  readonly findings: readonly ReleaseFinding[]
}) {
  const { day, updates, findings } = props
  if (updates.length === 0) {
    return (
      <EmptyState title={`By ${day} nothing changes for this org`}>
        <p>Every change of Salesforce that is known for that day holds here already, or is switched off.</p>
      </EmptyState>
    )
  }
  return (
    <DataTable<ReleaseFinding>
      caption={`What breaks by ${day}`}
      rows={findings}
      columns={[
        { heading: 'Date', cell: ({ update }) => releaseUpdates[update].date.toISOString().slice(0, 10) },
        { heading: 'Breaks', cell: ({ subject }) => subject },
        {
          heading: 'Why',
          cell: ({ update, why }) => (
            <>
              {why}
              <p class="help">{releaseUpdates[update].setting}</p>
            </>
          ),
        },
        { heading: 'Change', cell: ({ update }) => <code>{update}</code> },
      ]}
      empty={
        <EmptyState title="Nothing here breaks">
          <p>
            Until then {updates.length === 1 ? '1 change comes' : `${updates.length} changes come`} into force, and none
            of them concerns an app or flow that this org is known to use.
          </p>
        </EmptyState>
      }
    />
  )
}

const editRelease: readonly SetupRoute[] = formPage({
  path: `${path}/edit`,
  right: 'manage the org',
  find: async ({ org }) => org,
  fields: () => ({
    release: text({
      label: 'Release',
      isRequired: true,
      placeholder: 'latest',
      help: "latest follows today’s Salesforce. A day such as 2025-08-31, or a release by name such as Winter '26, stands still there: changes that came later do not hold.",
    }),
  }),
  start: ({ settings }) => ({ release: settings.release }),
  show: (form) => ({
    title: 'Change Release',
    lead: 'It holds at once, for every app and user of this org.',
    place: path,
    inside: <Card title="As which Salesforce this org behaves">{form.field('release')}</Card>,
  }),
  submit: 'Save',
  cancel: () => path,
  async act({ release }, org, { stores }) {
    const outcome = await changeOrg(stores, org, { settings: { release } })
    return outcome.ok
      ? done({ to: path, say: `This org behaves as Salesforce of: ${outcome.value.settings.release}.` })
      : outcome
  },
  problemNames: { 'settings.release': 'release' },
})

interface Subject {
  readonly org: Org
  readonly name: ReleaseUpdateName
}

function switchUpdate(now: Clock): readonly SetupRoute[] {
  return formPage({
    path: `${path}/:update`,
    right: 'manage the org',
    async find({ org, params }): Promise<Subject | undefined> {
      const name = params['update'] ?? ''
      return isReleaseUpdateName(name) ? { org, name } : undefined
    },
    fields: () => ({
      state: radios({
        label: 'In this org',
        help: 'It holds from the next request on, and can be switched back at any time.',
        options: [
          { value: 'follow', label: 'Follow the release', hint: 'In force as soon as the release of the org has it.' },
          { value: 'on', label: 'On', hint: 'In force, whatever the release: to try out what is to come.' },
          { value: 'off', label: 'Off', hint: 'Not in force, whatever the release.' },
        ],
      }),
    }),
    start({ org, name }) {
      const switched = org.settings.releaseUpdates[name]
      return { state: switched === undefined ? 'follow' : switched ? 'on' : 'off' }
    },
    show(form, { org, name }) {
      const { what, setting, source, isReport, isOptIn, date }: ReleaseUpdate = releaseUpdates[name]
      return {
        title: name,
        kind: 'Release Update',
        lead: what,
        place: path,
        inside: (
          <Card title="Switch">
            {isReport && (
              <Notice look="warning">This is known from reports of users, not from Salesforce’s own pages.</Notice>
            )}
            {isOptIn && (
              <Notice look="info">It follows no release: it is in force only where it is switched on.</Notice>
            )}
            <p>
              Since <Instant at={date} />.{' '}
              {isInForce(name, org.settings, now()) ? 'In force here.' : 'Not in force here.'} {setting}
            </p>
            <p class="help">Source: {source}.</p>
            {form.field('state')}
          </Card>
        ),
      }
    },
    submit: 'Save',
    cancel: () => path,
    async act({ state }, { org, name }, { stores }) {
      const { [name]: _, ...others } = org.settings.releaseUpdates
      const switched = state === 'follow' ? others : { ...others, [name]: state === 'on' }
      const outcome = await changeOrg(stores, org, { settings: { releaseUpdates: switched } })
      return outcome.ok ? done({ to: path, say: `${name}: saved.` }) : outcome
    },
  })
}
