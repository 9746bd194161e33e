import { changePolicies, policiesWith } from '../connected-apps/app-policies.ts'
import { appChecked, changeConnectedApp, replaceSecret } from '../connected-apps/change-connected-app.ts'
import { anAppNoun, type ConnectedApp, defaultPolicies } from '../connected-apps/connected-app.ts'
import { consumerSecretProblem } from '../connected-apps/consumer-secret.ts'
import { newConnectedApp, newExternalClientApp } from '../connected-apps/new-connected-app.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import { hashSecret, sameHash } from '../secret.ts'
import { enteredApp } from './app-entry.ts'
import { type Applied, type ApplyNeeds, both, changedIf, isSame, was } from './applied.ts'
import { expiryOf } from './apply-certificate.ts'
import type { ListedApp } from './read.ts'

/**
 * Makes a connected app or an external client app, or changes what differs of its settings, its policies or its secret.
 * @param customScopes those that the file assigns to it where it lists them
 */
export async function applyApp(
  needs: ApplyNeeds,
  org: Org,
  listed: ListedApp,
  customScopes: readonly string[],
): Promise<Outcome<Applied>> {
  const { fullName, oauthConfig } = listed.entry
  const { settings, policies } = enteredApp(listed, customScopes)
  const expiry = expiryOf(listed.certificate, needs.now())
  const unexpired: Outcome<Applied> = expiry === undefined ? done('unchanged') : refused(expiry)
  const app = await needs.apps.findByName(org.id, fullName)
  if (app === undefined) {
    const { consumerKey, consumerSecret } = oauthConfig
    const make = listed.external === undefined ? newConnectedApp : newExternalClientApp
    const made = await make(needs, org, {
      ...settings,
      fullName,
      policies,
      ...(consumerKey === undefined ? {} : { consumerKey }),
      ...(consumerSecret === undefined ? {} : { consumerSecret }),
    })
    return both(unexpired, was('created', made))
  }
  if ((app.external === undefined) !== (listed.external === undefined)) return refused(ofOtherKind(app))
  const stored = await needs.apps.findPolicies(app.id, org.id)
  const held = stored ?? { ...defaultPolicies, appId: app.id, orgId: org.id }
  const checkedPolicies = await policiesWith(needs, app, held, policies)
  const steps = [
    keptKey(app, oauthConfig.consumerKey),
    await changedIf(app, await appChecked(needs, app, settings), isSameApp, () =>
      changeConnectedApp(needs, app, settings),
    ),
    // In this order: the secret is written into the app as its settings left it.
    await applySecret(needs, org, fullName, oauthConfig.consumerSecret),
    withPrefix(await changedIf(held, checkedPolicies, isSame, () => changePolicies(needs, app, org, policies))),
  ]
  return steps.reduce(both, unexpired)
}

function ofOtherKind(app: ConnectedApp): Problem {
  return {
    field: 'fullName',
    message: `“${app.fullName}” is ${anAppNoun(app)} here, and no app becomes one of the other kind. Make a new app instead.`,
  }
}

function keptKey({ consumerKey, label }: ConnectedApp, entered: string | undefined): Outcome<Applied> {
  if (entered === undefined || entered === consumerKey) return done('unchanged')
  const message = `“${label}” has another consumer key, and that of an app is never changed. Make a new app instead.`
  return refused({ field: 'consumerKey', message })
}

async function applySecret(
  needs: ApplyNeeds,
  org: Org,
  fullName: string,
  secret: string | undefined,
): Promise<Outcome<Applied>> {
  const app = await needs.apps.findByName(org.id, fullName)
  if (secret === undefined || app === undefined) return done('unchanged')
  const message = consumerSecretProblem(secret)
  if (message !== undefined) return refused({ field: 'consumerSecret', message })
  const { hash, previousHash } = app.consumerSecret
  const entered = hashSecret(secret)
  // While a rotation is under way, the file may still have the secret before.
  const isValid = sameHash(entered, hash) || (previousHash !== undefined && sameHash(entered, previousHash))
  return isValid ? done('unchanged') : was('changed', await replaceSecret(needs, app, secret))
}

function isSameApp(one: ConnectedApp, other: ConnectedApp): boolean {
  const comparable = (app: ConnectedApp) => ({
    ...app,
    certificate: app.certificate?.fingerprint256,
    saml: app.saml && { ...app.saml, certificate: app.saml.certificate?.fingerprint256 },
  })
  return isSame(comparable(one), comparable(other))
}

function withPrefix(outcome: Outcome<Applied>): Outcome<Applied> {
  if (outcome.ok) return outcome
  return refused(...outcome.problems.map((problem) => ({ ...problem, field: `policies.${problem.field}` })))
}
