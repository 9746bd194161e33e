import type { JournalFilter, JournalOutcome } from '../../../journal/journal.ts'
import { flowName, namedFlows } from '../../../oauth/diagnosis.ts'
import { canonicalUsername } from '../../../users/user.ts'
import type { Option } from '../field.tsx'
import { type Filter, Filters } from '../filters.tsx'
import type { SetupVisit } from '../setup-visit.ts'
import { namesOf } from './names.ts'
import { outcomeNames } from './request-words.tsx'

/** Where the log is. */
export const flowLogPath = '/setup/flow-log'

/** What the filter of the log can say, by the names in its address. */
export const filterNames = ['app', 'user', 'flow', 'endpoint', 'outcome', 'cause', 'request'] as const

const endpoints = [
  'authorize',
  'consent',
  'sign-in',
  'token',
  'introspect',
  'revoke',
  'userinfo',
  'identity',
  'logout',
  'rest',
  'soap',
  'setup',
] as const

// Days of which the causes can be chosen.
const causesOf = 30

/** What the address of the log asks for. */
export interface LogFilter {
  /** `undefined` when it asks for somebody whom this org does not have: then nothing fits. */
  readonly filter: JournalFilter | undefined
  /** The same as a query, without what says nothing. */
  readonly query: URLSearchParams
}

/** Reads the filter out of the address. A user is named by username or by id. */
export async function readLogFilter({ query, stores, org }: SetupVisit): Promise<LogFilter> {
  const asked = new URLSearchParams()
  for (const name of filterNames) {
    const value = (query.get(name) ?? '').trim().slice(0, 200)
    if (value !== '') asked.set(name, value)
  }
  const given = (name: (typeof filterNames)[number]) => asked.get(name) ?? undefined
  const named = given('user')
  const user =
    named === undefined
      ? undefined
      : ((await stores.users.findByUsername(canonicalUsername(named))) ?? (await stores.users.find(named)))
  const outcome = given('outcome')
  const isStrange = (named !== undefined && user?.orgId !== org.id) || (outcome !== undefined && !isOutcome(outcome))
  const filter: JournalFilter = {
    appId: given('app'),
    userId: user?.id,
    flow: given('flow'),
    endpoint: given('endpoint'),
    outcome: outcome !== undefined && isOutcome(outcome) ? outcome : undefined,
    reason: given('cause'),
    requestId: given('request'),
  }
  return { filter: isStrange ? undefined : filter, query: asked }
}

function isOutcome(text: string): text is JournalOutcome {
  return Object.hasOwn(outcomeNames, text)
}

/** The form over the log. */
export async function logFilterForm({ stores, org, at }: SetupVisit, query: URLSearchParams) {
  const [own, used, { refusals }] = await Promise.all([
    stores.apps.list(org.id),
    stores.approvals.usage(org.id),
    stores.journal.summary(org.id, new Date(at.getTime() - causesOf * 86_400_000)),
  ])
  const chosen = (name: (typeof filterNames)[number]) => query.get(name) ?? ''
  const foreign = new Set([...used.map(({ appId }) => appId), chosen('app')].filter((id) => id !== ''))
  for (const { id } of own) foreign.delete(id)
  const { apps } = await namesOf(stores, org.id, { appIds: [...foreign], userIds: [] })
  const appOptions = [
    ...own.map(({ id, label }) => ({ value: id, label })),
    ...[...foreign].map((id) => ({ value: id, label: apps.get(id)?.label ?? id })),
  ]
  const causes = new Set([...refusals.map(({ reason }) => reason), chosen('cause')].filter((reason) => reason !== ''))
  const filters: readonly Filter[] = [
    { name: 'app', label: 'App', options: appOptions },
    { name: 'user', label: 'Username' },
    {
      name: 'flow',
      label: 'Flow',
      options: withChosen(
        namedFlows.map((flow) => ({
          value: flow,
          label: flow === 'web-server' ? `${flowName(flow)} (authorize)` : flowName(flow),
        })),
        chosen('flow'),
      ),
    },
    {
      name: 'endpoint',
      label: 'Endpoint',
      options: withChosen(
        endpoints.map((endpoint) => ({ value: endpoint, label: endpoint })),
        chosen('endpoint'),
      ),
    },
    {
      name: 'outcome',
      label: 'Outcome',
      options: Object.entries(outcomeNames).map(([value, label]) => ({ value, label })),
    },
    { name: 'cause', label: 'Cause', options: [...causes].sort().map((cause) => ({ value: cause, label: cause })) },
    { name: 'request', label: 'Request id' },
  ]
  return <Filters path={flowLogPath} query={query} filters={filters} />
}

/** What was asked for stays to be seen, even if it is nothing that we would offer. */
function withChosen(options: readonly Option[], chosen: string): readonly Option[] {
  return chosen === '' || options.some(({ value }) => value === chosen)
    ? options
    : [...options, { value: chosen, label: chosen }]
}
