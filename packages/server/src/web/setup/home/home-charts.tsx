import { noticeDays, type Standing } from '../../../certificates/expiry.ts'
import type { JournalCount, RefusalCount } from '../../../journal/journal.ts'
import type { LoginCount } from '../../../sessions/login-history.ts'
import { Card, EmptyState } from '../blocks.tsx'
import { BarChart } from '../charts/bar-chart.tsx'
import { ColumnChart } from '../charts/column-chart.tsx'
import type { SeriesLook } from '../charts/figure.tsx'
import { TimelineChart } from '../charts/timeline-chart.tsx'
import { flowLogPath } from '../flow-log/log-filter.tsx'
import type { ExpiringCertificate } from './expiring.ts'
import { tokenSeries } from './token-requests.ts'

interface HomeChartsProps {
  /** The hours that token requests are shown for, and the requests. */
  readonly hours: readonly Date[]
  readonly requests: readonly JournalCount[]
  /** The days that sign-ins and causes are shown for. */
  readonly days: readonly Date[]
  readonly logins: readonly LoginCount[]
  readonly refusals: readonly RefusalCount[]
  readonly live: readonly { readonly id: string; readonly label: string; readonly count: number }[]
  readonly certificates: readonly ExpiringCertificate[]
  readonly now: Date
}

// Bars and lines of one chart.
const most = 8

/** The charts of Setup Home. */
export function HomeCharts({ hours, requests, days, logins, refusals, live, certificates, now }: HomeChartsProps) {
  const tokens = tokenSeries(requests, hours)
  const loginsOn = new Map(logins.map((count) => [count.day.getTime(), count]))
  const period = `${days.length} days`
  const tickEach = days.length > 7 ? 5 : 1
  const apps = live.filter(({ count }) => count > 0).toSorted((one, other) => other.count - one.count)
  return (
    <div class="columns">
      <Card title="Token requests, last 24 hours">
        {tokens.every(({ values }) => values.every((value) => value === 0)) ? (
          <EmptyState title="Nobody asked for a token">
            <a href="/setup/connect-a-server">Connect a server by JWT</a>
          </EmptyState>
        ) : (
          <ColumnChart
            label="Token requests by hour, in the last 24 hours, by flow; those refused stand on top"
            columnName="Hour (UTC)"
            columns={hours.map((hour) => `${dayName(hour)} ${hourName(hour)}`)}
            tickOf={(column, index) => (index % 6 === 5 ? column.slice(11) : undefined)}
            series={tokens}
          />
        )}
      </Card>
      <Card
        title={`Sign-ins, last ${period}`}
        action={days.length === 7 ? <a href="/setup?days=30">Show 30 days</a> : <a href="/setup">Show 7 days</a>}
      >
        {logins.length === 0 ? (
          <EmptyState title="Nobody signed in" />
        ) : (
          <ColumnChart
            label={`Sign-ins by day, in the last ${period}; those that failed stand on top`}
            columnName="Day (UTC)"
            columns={days.map(dayName)}
            tickOf={(column, index) => ((days.length - 1 - index) % tickEach === 0 ? column.slice(5) : undefined)}
            series={[
              {
                label: 'Succeeded',
                look: 1,
                values: days.map((day) => loginsOn.get(day.getTime())?.succeeded ?? 0),
              },
              { label: 'Failed', look: 2, values: days.map((day) => loginsOn.get(day.getTime())?.failed ?? 0) },
            ]}
          />
        )}
      </Card>
      <Card title={`Causes of refusals, last ${period}`}>
        {refusals.length === 0 ? (
          <EmptyState title="Nobody was refused" />
        ) : (
          <BarChart
            label={`The most frequent causes of refusals in the last ${period}`}
            barName="Cause"
            valueName="Refusals"
            look={2}
            bars={refusals.slice(0, most).map(({ reason, count }) => ({
              label: reason,
              value: count,
              href: `${flowLogPath}?cause=${encodeURIComponent(reason)}`,
            }))}
          />
        )}
      </Card>
      <Card title="Live tokens by app">
        {apps.length === 0 ? (
          <EmptyState title="No app has a live token" />
        ) : (
          <BarChart
            label="How many live access tokens each app has"
            barName="App"
            valueName="Tokens"
            look={4}
            bars={apps.slice(0, most).map(({ id, label, count }) => ({
              label,
              value: count,
              href: `/setup/oauth-usage/${id}`,
            }))}
          />
        )}
      </Card>
      <Card title="Certificates by expiry">
        {certificates.length === 0 ? (
          <EmptyState title="No certificate yet">
            <a href="/setup/certificates">Certificate and Key Management</a>
          </EmptyState>
        ) : (
          <TimelineChart
            label={`When certificates of the org and of its apps expire; those within ${noticeDays} days are marked`}
            name="Certificate"
            from={now}
            to={endOf(certificates.slice(0, most), now)}
            endings={certificates
              .slice(0, most)
              .map(({ label, href, at, standing }) => ({ label, href, at, ...standings[standing] }))}
          />
        )}
      </Card>
    </div>
  )
}

const standings = {
  expired: { state: 'expired', look: 2 },
  'expires-soon': { state: 'expires soon', look: 3 },
  'not-yet-valid': { state: 'not yet valid', look: 4 },
  valid: { state: 'valid', look: 1 },
} as const satisfies Readonly<Record<Standing, { readonly state: string; readonly look: SeriesLook }>>

/** At least a year, so that what lasts for years is not all that can be told apart. */
function endOf(certificates: readonly ExpiringCertificate[], now: Date): Date {
  const year = now.getTime() + 365 * 86_400_000
  const last = Math.max(...certificates.map(({ at }) => at.getTime()))
  return new Date(Math.min(Math.max(year, last), now.getTime() + 3 * 365 * 86_400_000))
}

function hourName(hour: Date): string {
  return `${hour.toISOString().slice(11, 13)}:00`
}

function dayName(day: Date): string {
  return day.toISOString().slice(0, 10)
}
