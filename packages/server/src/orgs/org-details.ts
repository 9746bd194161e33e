import { lineProblem, requiredLineProblem, trimmed } from '../entered-text.ts'
import { ipRangeRule, isIpRange } from '../ip-range.ts'
import { done, type Outcome, type Problem } from '../problem.ts'
import { readRelease, releaseRule } from '../releases/release.ts'
import { isTimeZone } from '../time-zone.ts'
import { isOriginPattern, originRule } from './allowed-origin.ts'
import type { Org, OrgSettings, OrgStore, OrgType } from './org.ts'

/** What an admin enters of an org. A field left out stays as it is, or gets its default; an empty text clears it. */
export interface EnteredOrg {
  /** Unique on the server. */
  readonly name?: string
  /** A DNS label; unique on the server. */
  readonly myDomain?: string
  /** A port of its own; `0` takes it away. */
  readonly port?: number
  readonly type?: OrgType
  readonly isActive?: boolean
  readonly settings?: Partial<OrgSettings>
}

/** What checking an org's details looks things up in. */
export interface OrgLookups {
  readonly orgs: Pick<OrgStore, 'findByName' | 'findByMyDomain' | 'findByPort'>
}

/** The org with what was entered put in, checked field by field. Nothing is written. */
export async function orgWithDetails({ orgs }: OrgLookups, org: Org, entered: EnteredOrg): Promise<Outcome<Org>> {
  const problems: Problem[] = []
  const report = (field: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, message })
  }
  const isAnother = (found: Org | undefined) => found !== undefined && found.id !== org.id

  const name = entered.name === undefined ? org.name : (trimmed(entered.name) ?? '')
  report('name', requiredLineProblem(trimmed(name), 80))
  if (isAnother(await orgs.findByName(name))) report('name', `There is an org “${name}” already.`)

  const myDomain = entered.myDomain === undefined ? org.myDomain : trimmed(entered.myDomain)?.toLowerCase()
  if (myDomain !== undefined) {
    report('myDomain', isDnsLabel(myDomain) ? undefined : myDomainRule)
    if (isAnother(await orgs.findByMyDomain(myDomain)))
      report('myDomain', `Another org has the My Domain “${myDomain}”.`)
  }

  const port = entered.port === undefined ? org.port : entered.port === 0 ? undefined : entered.port
  if (port !== undefined) {
    report('port', isWhole(port, 1, 65_535) ? undefined : 'Enter a port from 1 to 65535.')
    if (isAnother(await orgs.findByPort(port))) report('port', `Another org has the port ${port}.`)
  }

  const release = entered.settings?.release
  const settings: OrgSettings = {
    ...org.settings,
    ...entered.settings,
    ...(release === undefined ? {} : { release: readRelease(release) ?? release }),
  }
  problems.push(...settingsProblems(settings))
  if (problems.length > 0) return { ok: false, problems }
  return done({
    ...org,
    name,
    myDomain,
    port,
    type: entered.type ?? org.type,
    isActive: entered.isActive ?? org.isActive,
    settings,
  })
}

const myDomainRule =
  'A My Domain is one label of a host name: letters, digits and single hyphens inside, at most 63 characters.'

function isDnsLabel(text: string): boolean {
  return lineProblem(text, 63) === undefined && /^[a-z0-9]+(?:-{1,2}[a-z0-9]+)*$/.test(text) && !text.startsWith('xn--')
}

function settingsProblems(settings: OrgSettings): readonly Problem[] {
  const problems: Problem[] = []
  const whole = (field: keyof OrgSettings, value: number | undefined, least: number, most: number, unit: string) => {
    if (value !== undefined && !isWhole(value, least, most)) {
      problems.push({
        field: `settings.${field}`,
        message: `Enter a whole number of ${unit} from ${least} to ${most}.`,
      })
    }
  }
  if (!isTimeZone(settings.timeZone)) {
    problems.push({ field: 'settings.timeZone', message: 'Enter a time zone, such as Europe/Paris.' })
  }
  whole('sessionTimeout', settings.sessionTimeout, 60, 86_400, 'seconds')
  whole('maxLoginsPerHour', settings.maxLoginsPerHour, 1, 100_000_000, 'logins')
  whole('maxLoginAttempts', settings.maxLoginAttempts, 1, 100, 'attempts')
  whole('lockoutInterval', settings.lockoutInterval, 60, 86_400 * 365, 'seconds')
  whole('minimumPasswordLength', settings.minimumPasswordLength, 5, 50, 'characters')
  whole('dailyApiRequests', settings.dailyApiRequests, 1, 100_000_000, 'requests')
  for (const [item, range] of settings.trustedIpRanges.entries()) {
    const message = isIpRange(range) ? lineProblem(range.description ?? '', 255) : ipRangeRule
    if (message !== undefined) problems.push({ field: 'settings.trustedIpRanges', item, message })
  }
  for (const [item, origin] of settings.corsAllowedOrigins.entries()) {
    if (!isOriginPattern(origin)) problems.push({ field: 'settings.corsAllowedOrigins', item, message: originRule })
  }
  if (readRelease(settings.release) === undefined) problems.push({ field: 'settings.release', message: releaseRule })
  return problems
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
