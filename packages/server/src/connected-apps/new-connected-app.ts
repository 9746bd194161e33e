import { apiNameProblem } from '../api-name.ts'
import type { CertificateStore } from '../certificates/certificate.ts'
import type { Clock } from '../clock.ts'
import { trimmed } from '../entered-text.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { isInForce } from '../releases/release-updates.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, sameHash } from '../secret.ts'
import { type EnteredPolicies, type PolicyLookups, policiesWith } from './app-policies.ts'
import { appWithSettings, type EnteredApp } from './app-settings.ts'
import { assetCertificateProblem } from './asset-token-config.ts'
import {
  type AppPolicies,
  anAppNoun,
  type ConnectedApp,
  type ConnectedAppStore,
  defaultAppSettings,
  defaultPolicies,
} from './connected-app.ts'
import {
  consumerKeyProblem,
  consumerSecretProblem,
  keptSecret,
  newConsumerKey,
  newConsumerSecret,
} from './consumer-secret.ts'
import { type CustomScopeStore, customScopeNames } from './custom-scope.ts'
import { enteredContents } from './mobile-app.ts'
import { samlProblems } from './saml-app.ts'

/** A connected app to be made, with the policies of its own org. */
export interface NewConnectedApp extends EnteredApp {
  /** API name, unique in its org. */
  readonly fullName: string
  readonly contactEmail: string
  readonly callbackUrls: readonly string[]
  readonly scopes: readonly string[]
  /** Made when left out; unique over the server. */
  readonly consumerKey?: string
  /** Made when left out. */
  readonly consumerSecret?: string
  readonly policies?: EnteredPolicies
}

/** An app just made. The secret is told this once; later it must be revealed. */
export interface MadeConnectedApp {
  readonly app: ConnectedApp
  readonly consumerSecret: string
}

interface Needs extends PolicyLookups {
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey' | 'findByName' | 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/**
 * Makes a connected app in an org. By default it must show its secret, and any user may authorize it. Problems carry the
 * names of {@link NewConnectedApp}; those of policies begin with `policies.`.
 */
export async function newConnectedApp(
  needs: AddNeeds,
  org: Org,
  entered: NewConnectedApp,
): Promise<Outcome<MadeConnectedApp>> {
  return added(needs, entered, await checkedConnectedApp(needs, org, entered))
}

/**
 * Makes an external client app in an org, which every org may, whatever its release. By default it is for this org alone
 * (*Local*), PKCE is required, and otherwise it is as {@link newConnectedApp} makes one.
 */
export async function newExternalClientApp(
  needs: AddNeeds,
  org: Org,
  entered: NewConnectedApp,
): Promise<Outcome<MadeConnectedApp>> {
  return added(needs, entered, await checkedApp(needs, org, entered, { distributionState: 'Local' }))
}

type AddNeeds = Needs & { readonly apps: Pick<ConnectedAppStore, 'add'> }

async function added(
  { apps }: AddNeeds,
  { mobile }: NewConnectedApp,
  checked: Outcome<CheckedApp>,
): Promise<Outcome<MadeConnectedApp>> {
  if (!checked.ok) return checked
  const { app, policies, consumerSecret } = checked.value
  await apps.add(app, [policies], enteredContents(mobile))
  return done({ app, consumerSecret }, checked.warnings)
}

/** An app that nothing speaks against, and the policies of its org. */
export interface CheckedApp extends MadeConnectedApp {
  readonly policies: AppPolicies
}

/** The app that {@link newConnectedApp} would make. Nothing is written. */
export async function checkedConnectedApp(
  needs: Needs,
  org: Org,
  entered: NewConnectedApp,
): Promise<Outcome<CheckedApp>> {
  const isBlocked = isInForce('blockNewConnectedApps', org.settings, needs.now())
  return isBlocked ? refused({ field: 'fullName', message: blockedHere }) : checkedApp(needs, org, entered, undefined)
}

async function checkedApp(
  needs: Needs,
  org: Org,
  entered: NewConnectedApp,
  external: ConnectedApp['external'],
): Promise<Outcome<CheckedApp>> {
  const problems: Problem[] = []
  const report = (field: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, message })
  }
  const now = needs.now()
  const fullName = trimmed(entered.fullName) ?? ''
  const consumerKey = trimmed(entered.consumerKey) ?? newConsumerKey()
  const consumerSecret = trimmed(entered.consumerSecret) ?? newConsumerSecret()
  report('fullName', apiNameProblem(fullName) ?? (await fullNameTaken(needs, org, fullName)))
  report('consumerKey', consumerKeyProblem(consumerKey) ?? (await consumerKeyTaken(needs, consumerKey)))
  report('consumerSecret', consumerSecretProblem(consumerSecret) ?? (await secretTaken(needs, org, consumerSecret)))

  const blank: ConnectedApp = {
    ...defaultAppSettings,
    id: needs.newId(external === undefined ? 'connectedApplication' : 'externalClientApplication'),
    orgId: org.id,
    fullName,
    label: fullName.replaceAll('_', ' '),
    external,
    contactEmail: '',
    consumerKey,
    consumerSecret: keptSecret(needs.seal, consumerSecret),
    isPkceRequired: external !== undefined,
    createdAt: now,
    modifiedAt: now,
  }
  const app = appWithSettings(blank, entered, await customScopeNames(needs, org.id), now)
  if (!app.ok) problems.push(...app.problems)
  const unsignable = app.ok ? await assetCertificateProblem(needs.certificates, app.value) : undefined
  if (unsignable !== undefined) problems.push(unsignable)
  if (app.ok) problems.push(...(await samlProblems(needs, app.value)))
  const policies = await policiesWith(
    needs,
    blank,
    { ...defaultPolicies, appId: blank.id, orgId: org.id },
    entered.policies ?? {},
  )
  if (!policies.ok) {
    problems.push(...policies.problems.map((problem) => ({ ...problem, field: `policies.${problem.field}` })))
  }
  if (!app.ok || !policies.ok || problems.length > 0) return refused(...problems)
  return done({ app: app.value, policies: policies.value, consumerSecret }, app.warnings)
}

const blockedHere =
  'This org creates no connected apps any more: the release update blockNewConnectedApps is switched on in it. Make an external client app.'

async function fullNameTaken({ apps }: Pick<Needs, 'apps'>, org: Org, fullName: string): Promise<string | undefined> {
  const taken = await apps.findByName(org.id, fullName)
  return taken === undefined ? undefined : `This org has ${anAppNoun(taken)} “${fullName}” already.`
}

async function consumerKeyTaken({ apps }: Pick<Needs, 'apps'>, consumerKey: string): Promise<string | undefined> {
  const taken = await apps.findByConsumerKey(consumerKey)
  return taken === undefined ? undefined : 'Another app has this consumer key; each is unique on a server.'
}

async function secretTaken({ apps }: Pick<Needs, 'apps'>, org: Org, secret: string): Promise<string | undefined> {
  const hash = hashSecret(secret)
  const taken = (await apps.list(org.id)).some((other) => sameHash(other.consumerSecret.hash, hash))
  return taken ? 'Another app of this org has this consumer secret.' : undefined
}
