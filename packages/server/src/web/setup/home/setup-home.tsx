import type { Child } from 'hono/jsx'
import { type UsedApp, usedApps } from '../../../connected-apps/used-apps.ts'
import type { RefusalCount } from '../../../journal/journal.ts'
import type { ShutOutUsers } from '../../../users/user.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Card, EmptyState, Instant } from '../blocks.tsx'
import { flowLogPath } from '../flow-log/log-filter.tsx'
import { page, shown } from '../route.tsx'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'
import { type ExpiringCertificate, expiringCertificates } from './expiring.ts'
import { daysUntil, hoursUntil } from './token-requests.ts'

// Of each kind, as many as can be taken in at a glance.
const most = 5

/** *Setup Home*: what needs attention, and what goes on. */
export const setupHome: readonly SetupRoute[] = page('/setup', 'view setup', async (visit) => {
  const { stores, org, at, query } = visit
  const days = query.get('days') === '30' ? 30 : 7
  const span = daysUntil(at, days)
  const hours = hoursUntil(at, 24)
  const [lastDay, period, logins, certificates, used, live, shutOut] = await Promise.all([
    stores.journal.summary(org.id, hours[0] ?? at),
    stores.journal.summary(org.id, span[0] ?? at),
    stores.loginHistory.summary(org.id, span[0] ?? at),
    expiringCertificates(stores, org.id, at),
    usedApps(stores, org),
    stores.accessTokens.countLive(org.id, at),
    stores.users.countShutOut(org.id, at),
  ])
  const labels = new Map(used.map(({ app }) => [app.id, app.label]))
  // Drawing is loaded when somebody looks: a server starts without it.
  const { HomeCharts } = await import('./home-charts.tsx')
  return shown(visit, {
    title: 'Setup Home',
    lead: `What needs attention in ${excerpt(org.name, 80)}, and what goes on.`,
    place: '/setup',
    actions: [
      visit.can('manage connected apps')
        ? { href: '/setup/connect-a-server', label: 'Connect a Server by JWT', look: 'brand' }
        : undefined,
    ],
    children: (
      <>
        <Card title="Needs attention">
          <Attention
            visit={visit}
            certificates={certificates}
            used={used}
            refusals={lastDay.refusals}
            shutOut={shutOut}
          />
        </Card>
        <HomeCharts
          hours={hours}
          requests={lastDay.counts}
          days={span}
          logins={logins}
          refusals={period.refusals}
          live={[...live].map(([id, count]) => ({ id, label: labels.get(id) ?? id, count }))}
          certificates={certificates}
          now={at}
        />
      </>
    ),
  })
})

interface AttentionProps {
  readonly visit: SetupVisit
  readonly certificates: readonly ExpiringCertificate[]
  readonly used: readonly UsedApp[]
  readonly refusals: readonly RefusalCount[]
  readonly shutOut: ShutOutUsers
}

function Attention({ visit, certificates, used, refusals, shutOut }: AttentionProps) {
  const usage = (state: string, apps: readonly UsedApp[]) =>
    apps.map(({ app }) => (
      <>
        <a href={`/setup/oauth-usage/${app.id}`}>{excerpt(app.label, 80)}</a>
        {` ${state}`}
      </>
    ))
  const ending = certificates.filter(({ standing }) => standing === 'expired' || standing === 'expires-soon')
  const groups = [
    {
      title: 'Certificates',
      all: '/setup/certificates',
      items: ending.map(({ label, href, at, standing }) => (
        <>
          <a href={href}>{excerpt(label, 80)}</a>
          {standing === 'expired' ? ' expired on ' : ' expires on '}
          <Instant at={at} />
        </>
      )),
    },
    {
      title: 'Apps in use',
      all: '/setup/oauth-usage',
      items: [
        ...usage(
          'is blocked',
          used.filter(({ isBlocked }) => isBlocked),
        ),
        ...usage(
          'is not installed',
          used.filter(({ isBlocked, isInstalled }) => !isBlocked && !isInstalled),
        ),
      ],
    },
    {
      title: 'Refusals of the last 24 hours',
      all: `${flowLogPath}?outcome=refused`,
      items: refusals.map(({ reason, count, requestId }) => (
        <>
          <a href={`${flowLogPath}?cause=${encodeURIComponent(reason)}`}>{reason}</a>
          {` ${count === 1 ? 'once' : `${count} times`}: `}
          <a href={`${flowLogPath}/${encodeURIComponent(requestId)}`} aria-label={`the newest refusal for ${reason}`}>
            the newest
          </a>
        </>
      )),
    },
    {
      title: 'Users who are kept out',
      all: '/setup/users',
      items: [
        ...(shutOut.locked > 0
          ? [<a href="/setup/users">{counted(shutOut.locked, 'locked out by wrong passwords')}</a>]
          : []),
        ...(shutOut.frozen > 0 ? [<a href="/setup/users">{counted(shutOut.frozen, 'frozen by an admin')}</a>] : []),
      ],
    },
  ].filter(({ items }) => items.length > 0)
  if (groups.length === 0) {
    return (
      <EmptyState title="Nothing needs attention">
        <p>
          No certificate is about to expire, no app is blocked or missing, and nobody was refused in the last 24 hours.
        </p>
        {used.length === 0 && visit.can('manage connected apps') && (
          <p>
            No app is used yet. <a href="/setup/connected-apps/new">Make a connected app</a>, or{' '}
            <a href="/setup/connect-a-server">connect a server by JWT</a> step by step.
          </p>
        )}
      </EmptyState>
    )
  }
  return (
    <div class="columns">
      {groups.map(({ title, all, items }) => (
        <section>
          <h3 class="slds-text-heading_small">{title}</h3>
          <Items items={items} all={all} />
        </section>
      ))}
    </div>
  )
}

function Items({ items, all }: { readonly items: readonly Child[]; readonly all: string }) {
  return (
    <ul class="slds-list_dotted">
      {items.slice(0, most).map((item) => (
        <li>{item}</li>
      ))}
      {items.length > most && (
        <li>
          <a href={all}>{`and ${items.length - most} more`}</a>
        </li>
      )}
    </ul>
  )
}

function counted(count: number, how: string): string {
  return count === 1 ? `One user is ${how}` : `${count} users are ${how}`
}
