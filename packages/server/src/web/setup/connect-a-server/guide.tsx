import type { Child } from 'hono/jsx'
import type { OrgCertificate } from '../../../certificates/certificate.ts'
import { type AppPolicies, type ConnectedApp, uninstalledPolicies } from '../../../connected-apps/connected-app.ts'
import type { KeptEntry } from '../../../journal/journal.ts'
import type { User } from '../../../users/user.ts'
import { excerpt } from '../../pages/excerpt.ts'
import { Card, CodeBlock } from '../blocks.tsx'
import type { SetupVisit } from '../setup-visit.ts'

/** Where the guide is. */
export const guidePath = '/setup/connect-a-server'

/** The grant type that the guide is about. */
export const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Ours to make, test and show; the way through is in the address, so that one can leave and come back. */
export interface WithCertificate {
  readonly certificate: OrgCertificate
}

/** From the second step on. */
export interface WithApp extends WithCertificate {
  readonly app: ConnectedApp
  readonly policies: AppPolicies
}

/** From the fifth step on. */
export interface WithUser extends WithApp {
  readonly user: User
}

/** What of the way is known. */
export type OnTheWay = Partial<WithUser>

/** The certificate that the address names, if this org has it. */
export async function findCertificate({ stores, org, params }: SetupVisit): Promise<WithCertificate | undefined> {
  const certificate = (await stores.certificates.list(org.id)).find(({ id }) => id === params['certificate'])
  return certificate && { certificate }
}

/** And the app, if it was made in this org. */
export async function findApp(visit: SetupVisit): Promise<WithApp | undefined> {
  const { stores, org, params } = visit
  const [found, app] = await Promise.all([findCertificate(visit), stores.apps.find(params['app'] ?? '')])
  if (found === undefined || app === undefined || app.orgId !== org.id) return undefined
  return {
    ...found,
    app,
    policies: (await stores.apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id),
  }
}

/** And the user, if they are of this org. */
export async function findUser(visit: SetupVisit): Promise<WithUser | undefined> {
  const { stores, org, params } = visit
  const [found, user] = await Promise.all([findApp(visit), stores.users.find(params['user'] ?? '')])
  return found === undefined || user === undefined || user.orgId !== org.id ? undefined : { ...found, user }
}

/** Whether the app verifies assertions with this very certificate. */
export function isUploaded({ app, certificate }: WithApp): boolean {
  return app.certificate?.fingerprint256 === certificate.certificate.fingerprint256
}

/** Whether an admin has approved somebody for the app beforehand. */
export function isPreAuthorized({ policies }: Pick<WithApp, 'policies'>): boolean {
  return policies.isAdminApproved && policies.profileIds.length + policies.permissionSetIds.length > 0
}

/** Whether the app may be used for the user without asking them. */
export function isApprovedFor({ policies }: Pick<WithApp, 'policies'>, user: User): boolean {
  return (
    policies.isAdminApproved &&
    (policies.profileIds.includes(user.profileId) ||
      policies.permissionSetIds.some((id) => user.permissionSetIds.includes(id)))
  )
}

/** The newest request by which the app got a token for the user. */
export async function lastPassed({ stores, org }: SetupVisit, { app, user }: OnTheWay): Promise<KeptEntry | undefined> {
  if (app === undefined || user === undefined) return undefined
  const filter = { appId: app.id, userId: user.id, endpoint: 'token', flow: jwtBearerGrant, outcome: 'passed' } as const
  const [entry] = await stores.journal.list(org.id, filter, { limit: 1 })
  return entry
}

/** The steps of the guide, in their order. */
export const steps = ['key', 'app', 'upload', 'access', 'user', 'test', 'code'] as const

/** A step of the guide. */
export type Step = (typeof steps)[number]

/** What each step is called. */
export const stepTitles = {
  key: 'Key and certificate',
  app: 'Connected app',
  upload: 'Upload the certificate',
  access: 'Pre-authorize',
  user: 'User',
  test: 'Test',
  code: 'Code',
} as const satisfies Readonly<Record<Step, string>>

// The same where there is little room.
const wayNames = { ...stepTitles, key: 'Key', app: 'App', upload: 'Upload' } as const

/** The address of a step; `undefined` as long as what comes before it is not there. */
export function stepHref(step: Step, { certificate, app, user }: OnTheWay): string | undefined {
  if (step === 'key') return `${guidePath}/key`
  if (certificate === undefined) return undefined
  if (step === 'app') return `${guidePath}/${certificate.id}/app`
  if (app === undefined) return undefined
  if (step === 'upload' || step === 'access' || step === 'user')
    return `${guidePath}/${certificate.id}/${app.id}/${step}`
  return user === undefined ? undefined : `${guidePath}/${certificate.id}/${app.id}/${user.id}/${step}`
}

/** Where to go on: to a step, or to the start of the guide as long as what comes before it is not there. */
export function goTo(step: Step, way: OnTheWay): string {
  return stepHref(step, way) ?? guidePath
}

/** Which steps are done, by what is stored. */
export function doneSteps(way: OnTheWay, passed: KeptEntry | undefined): ReadonlySet<Step> {
  const { certificate, app, policies, user } = way
  const done = new Set<Step>()
  if (certificate !== undefined) done.add('key')
  if (app !== undefined) done.add('app')
  if (certificate !== undefined && app !== undefined && policies !== undefined) {
    if (isUploaded({ certificate, app, policies })) done.add('upload')
    if (isPreAuthorized({ policies })) done.add('access')
    if (user !== undefined && isApprovedFor({ policies }, user)) done.add('user')
  }
  if (passed !== undefined) done.add('test')
  return done
}

interface WayProps {
  readonly current: Step
  readonly way: OnTheWay
  readonly passed: KeptEntry | undefined
}

/** The steps, with how far one has come; those that can be gone to are links. */
export function Way({ current, way, passed }: WayProps) {
  const done = doneSteps(way, passed)
  return (
    <nav aria-label="Steps" class="slds-path">
      <ol class="slds-path__nav">
        {steps.map((step, index) => {
          const href = stepHref(step, way)
          const isCurrent = step === current
          const isDone = done.has(step)
          const state = isCurrent
            ? 'slds-is-current slds-is-active'
            : isDone
              ? 'slds-is-complete'
              : 'slds-is-incomplete'
          const title = (
            <span class="slds-path__title">
              {isDone ? <span aria-hidden="true">✓ </span> : `${index + 1}. `}
              {wayNames[step]}
              {isDone && <span class="slds-assistive-text"> (done)</span>}
            </span>
          )
          return (
            <li class={`slds-path__item ${state}`} aria-current={isCurrent ? 'step' : undefined}>
              {href === undefined || isCurrent ? (
                <span class="slds-path__link">{title}</span>
              ) : (
                <a class="slds-path__link" href={href}>
                  {title}
                </a>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

interface ElsewhereProps {
  /** Commands that do the same. */
  readonly commands: string
  /** Where it is done in Salesforce. */
  readonly inSalesforce: Child
}

/** The same step in a terminal, and in Salesforce. */
export function Elsewhere({ commands, inSalesforce }: ElsewhereProps) {
  return (
    <Card title="The same elsewhere">
      <div class="columns">
        <section>
          <h3 class="slds-text-heading_small">In a terminal</h3>
          <CodeBlock text={commands} label="commands" />
        </section>
        <section>
          <h3 class="slds-text-heading_small">In Salesforce</h3>
          <p>{inSalesforce}</p>
        </section>
      </div>
    </Card>
  )
}

/** What a page of the guide is called, and where it stands. */
export function guidePage(step: Step) {
  return {
    title: stepTitles[step],
    documentTitle: `${stepTitles[step]} (step ${steps.indexOf(step) + 1} of ${steps.length}) · Connect a Server by JWT`,
    kind: `Step ${steps.indexOf(step) + 1} of ${steps.length}`,
    place: guidePath,
  } as const
}

/** A name as pages show it. */
export function shownName(name: string): string {
  return excerpt(name, 80)
}
