import { requireVersion } from './versions.ts'

/** How much of something an org may use, and how much of that is left. */
export type Limit = { readonly Max: number; readonly Remaining: number }

/** The limits of an org by name. */
export type Limits = { readonly [name: string]: Limit | (Limit & { readonly CreateCustom: Limit }) }

/** API requests that an org may send in 24 hours: what a Developer Edition has. */
export const defaultDailyApiRequests = 15_000

/** API requests of an org: what it has sent in the last 24 hours, and may send. */
export interface ApiRequests {
  readonly used: number
  readonly limit: number
}

interface KnownLimit {
  readonly name: string
  readonly max: number
  /** The first and the last version that has it. */
  readonly since?: number
  readonly until?: number
}

// A Developer Edition's. Nothing here can use any of them up but API requests.
const known: readonly KnownLimit[] = [
  { name: 'AnalyticsExternalDataSizeMB', max: 40_960, since: 48 },
  { name: 'ConcurrentAsyncGetReportInstances', max: 200 },
  { name: 'ConcurrentSyncReportRuns', max: 20 },
  { name: 'DailyApiRequests', max: defaultDailyApiRequests },
  { name: 'DailyAsyncApexExecutions', max: 250_000 },
  { name: 'DailyAsyncApexTests', max: 500, since: 56 },
  { name: 'DailyBulkApiBatches', max: 15_000, since: 49 },
  { name: 'DailyBulkApiRequests', max: 15_000, until: 48 },
  { name: 'DailyBulkV2QueryFileStorageMB', max: 976_562, since: 47 },
  { name: 'DailyBulkV2QueryJobs', max: 10_000, since: 47 },
  { name: 'DailyDurableGenericStreamingApiEvents', max: 10_000, since: 37 },
  { name: 'DailyDurableStreamingApiEvents', max: 10_000, since: 37 },
  { name: 'DailyGenericStreamingApiEvents', max: 10_000 },
  { name: 'DailyStandardVolumePlatformEvents', max: 10_000, since: 45 },
  { name: 'DailyStreamingApiEvents', max: 10_000 },
  { name: 'DailyWorkflowEmails', max: 405 },
  { name: 'DataStorageMB', max: 5 },
  { name: 'DurableStreamingApiConcurrentClients', max: 20, since: 37 },
  { name: 'FileStorageMB', max: 20 },
  { name: 'HourlyAsyncReportRuns', max: 1_200 },
  { name: 'HourlyDashboardRefreshes', max: 200 },
  { name: 'HourlyDashboardResults', max: 5_000 },
  { name: 'HourlyDashboardStatuses', max: 999_999_999 },
  { name: 'HourlyLongTermIdMapping', max: 100_000, since: 48 },
  { name: 'HourlyODataCallout', max: 1_000, since: 37 },
  { name: 'HourlyPublishedPlatformEvents', max: 50_000, since: 45 },
  { name: 'HourlyPublishedStandardVolumePlatformEvents', max: 1_000, since: 45 },
  { name: 'HourlyShortTermIdMapping', max: 100_000, since: 48 },
  { name: 'HourlySyncReportRuns', max: 500 },
  { name: 'HourlyTimeBasedWorkflow', max: 50 },
  { name: 'MassEmail', max: 10 },
  { name: 'MonthlyPlatformEvents', max: 0, since: 45, until: 47 },
  { name: 'MonthlyPlatformEventsUsageEntitlement', max: 0, since: 48 },
  { name: 'Package2VersionCreates', max: 6, since: 45 },
  { name: 'SingleEmail', max: 15 },
  { name: 'StreamingApiConcurrentClients', max: 20 },
]

const permissionSets = { Max: 1_500, Remaining: 1_500, CreateCustom: { Max: 1_000, Remaining: 1_000 } }

/**
 * The limits of an org (`GET /services/data/v67.0/limits`), in the names of the version. As XML its root element is
 * `LimitsSnapshot`.
 * @throws {RestError} 404 before version 29.0
 */
export function limitsOf(version: string, { used, limit }: ApiRequests): Limits {
  requireVersion(version, '29.0')
  const number = Number(version)
  const inVersion = known.filter(({ since = 0, until = number }) => since <= number && number <= until)
  const limits = inVersion.map(({ name, max }): [string, Limits[string]] => [
    name,
    name === 'DailyApiRequests' ? { Max: limit, Remaining: Math.max(0, limit - used) } : { Max: max, Remaining: max },
  ])
  if (number >= 40) limits.push(['PermissionSets', permissionSets])
  return Object.fromEntries(limits.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** The `Sforce-Limit-Info` header that answers of the REST API carry. */
export function limitInfo({ used, limit }: ApiRequests): string {
  return `api-usage=${used}/${limit}`
}
