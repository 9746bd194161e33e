import type { Clock } from '../clock.ts'
import { done, type Outcome, refused } from '../problem.ts'
import type { Seal } from '../seal.ts'
import { appWithSettings, type EnteredApp } from './app-settings.ts'
import type { ConnectedApp, ConnectedAppStore } from './connected-app.ts'
import { consumerSecretProblem, keptSecret, newConsumerSecret } from './consumer-secret.ts'
import type { MadeConnectedApp } from './new-connected-app.ts'

interface Needs {
  readonly apps: Pick<ConnectedAppStore, 'update'>
  readonly seal: Seal
  readonly now: Clock
}

/** Changes what was entered of an app's settings and leaves the rest. It holds from the next request on. */
export async function changeConnectedApp(
  { apps, now }: Pick<Needs, 'apps' | 'now'>,
  app: ConnectedApp,
  entered: EnteredApp,
): Promise<Outcome<ConnectedApp>> {
  const changed = appWithSettings(app, entered, now())
  if (changed.ok) await apps.update(changed.value)
  return changed
}

/** Gives an app a new secret; the one before stays valid until {@link finishRotation}. Only one may wait for its end. */
export async function rotateSecret({ apps, seal, now }: Needs, app: ConnectedApp): Promise<Outcome<MadeConnectedApp>> {
  if (app.consumerSecret.previousHash !== undefined) {
    const message = 'A rotation is under way: the secret before is still valid. Finish that rotation first.'
    return refused({ field: 'consumerSecret', message })
  }
  const consumerSecret = newConsumerSecret()
  const rotated = { ...app, consumerSecret: keptSecret(seal, consumerSecret, app.consumerSecret), modifiedAt: now() }
  await apps.update(rotated)
  return done({ app: rotated, consumerSecret })
}

/** Ends a rotation: from now on only the new secret is valid. `undefined` when none was under way. */
export async function finishRotation(
  { apps, now }: Pick<Needs, 'apps' | 'now'>,
  app: ConnectedApp,
): Promise<ConnectedApp | undefined> {
  if (app.consumerSecret.previousHash === undefined) return undefined
  const finished = { ...app, consumerSecret: { ...app.consumerSecret, previousHash: undefined }, modifiedAt: now() }
  await apps.update(finished)
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
  await apps.update(replaced)
  return done(replaced)
}
