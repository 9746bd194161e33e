import type { CertificateStore } from '../certificates/certificate.ts'
import type { Clock } from '../clock.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'
import { appWithSettings, type EnteredApp } from './app-settings.ts'
import { assetCertificateProblem } from './asset-token-config.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'
import { consumerSecretProblem, keptSecret, newConsumerSecret, openConsumerSecret } from './consumer-secret.ts'
import { type CustomScopeStore, customScopeNames } from './custom-scope.ts'
import { enteredContents } from './mobile-app.ts'
import type { MadeConnectedApp } from './new-connected-app.ts'
import { samlProblems } from './saml-app.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'setSecret'>
  readonly seal: Seal
  readonly now: Clock
}

/** Changes what was entered of an app's settings and leaves the rest. It holds from the next request on. */
export async function changeConnectedApp(
  needs: { readonly apps: Pick<ConnectedAppStore, 'update'> } & CheckNeeds & Pick<Needs, 'now'>,
  app: ConnectedApp,
  entered: EnteredApp,
): Promise<Outcome<ConnectedApp>> {
  const changed = await appChecked(needs, app, entered)
  if (changed.ok) await needs.apps.update(changed.value, enteredContents(entered.mobile))
  return changed
}

interface CheckNeeds {
  readonly apps: Pick<ConnectedAppStore, 'list' | 'policiesOfApp'>
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName' | 'list'>
}

/** The app with what was entered put in, checked field by field against what its org has. Nothing is written. */
export async function appChecked(
  needs: CheckNeeds & Pick<Needs, 'now'>,
  app: ConnectedApp,
  entered: EnteredApp,
): Promise<Outcome<ConnectedApp>> {
  const changed = appWithSettings(app, entered, await customScopeNames(needs, app.orgId), needs.now())
  if (!changed.ok) return changed
  // What stands there already may stay: a certificate that has gone since is no mistake of whoever changes something else.
  const unsignable =
    entered.assetTokenConfig === undefined
      ? undefined
      : await assetCertificateProblem(needs.certificates, changed.value)
  const problems = [
    ...(unsignable === undefined ? [] : [unsignable]),
    ...(entered.saml === undefined ? [] : await samlProblems(needs, changed.value)),
    ...(entered.distributionState === 'Local' ? await installedElsewhere(needs, changed.value) : []),
  ]
  return problems.length === 0 ? changed : refused(...problems)
}

/** An app that other orgs have installed does not become one that works in its own org alone. */
async function installedElsewhere({ apps }: CheckNeeds, app: ConnectedApp): Promise<readonly Problem[]> {
  const elsewhere = (await apps.policiesOfApp(app.id)).filter((one) => one.isInstalled && one.orgId !== app.orgId)
  if (elsewhere.length === 0) return []
  const message = `The app stays Packaged: ${elsewhere.length === 1 ? 'another org has' : `${elsewhere.length} other orgs have`} installed it. Once it is uninstalled there, it can be made Local.`
  return [{ field: 'distributionState', message }]
}

/** Gives an app a new secret; the one before stays valid until {@link finishRotation}. Only one may wait for its end. */
export async function rotateSecret({ apps, seal, now }: Needs, app: ConnectedApp): Promise<Outcome<MadeConnectedApp>> {
  if (app.consumerSecret.previousHash !== undefined) {
    const message = 'A rotation is under way: the secret before is still valid. Finish that rotation first.'
    return refused({ field: 'consumerSecret', message })
  }
  const consumerSecret = newConsumerSecret()
  const rotated = { ...app, consumerSecret: keptSecret(seal, consumerSecret, app.consumerSecret), modifiedAt: now() }
  await apps.setSecret(rotated, 'rotated')
  return done({ app: rotated, consumerSecret })
}

/** Ends a rotation: from now on only the new secret is valid. `undefined` when none was under way. */
export async function finishRotation(
  { apps, now }: Pick<Needs, 'apps' | 'now'>,
  app: ConnectedApp,
): Promise<ConnectedApp | undefined> {
  if (app.consumerSecret.previousHash === undefined) return undefined
  const finished = { ...app, consumerSecret: { ...app.consumerSecret, previousHash: undefined }, modifiedAt: now() }
  await apps.setSecret(finished, 'finished')
  return finished
}

/** Puts a given secret in the place of an app's own; none before it is valid any more. */
export async function replaceSecret(
  { apps, seal, now }: Needs,
  app: ConnectedApp,
  secret: string,
): Promise<Outcome<ConnectedApp>> {
  const message = consumerSecretProblem(secret)
  if (message !== undefined) return refused({ field: 'consumerSecret', message })
  const replaced = { ...app, consumerSecret: keptSecret(seal, secret), modifiedAt: now() }
  await apps.setSecret(replaced, 'replaced')
  return done(replaced)
}

/** The consumer secret in the clear, for the admin who asks to see it; that they did is noted in Setup Audit Trail. */
export async function revealSecret(
  { apps, seal }: { readonly apps: Pick<ConnectedAppStore, 'noteReveal'>; readonly seal: Seal },
  app: ConnectedApp,
): Promise<string> {
  await apps.noteReveal(app.id)
  return openConsumerSecret(seal, app)
}
