import type { Clock } from '../clock.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import type { ConnectedApp } from './connected-app.ts'
import { initialTokenShape, type RegistrationStore } from './registration.ts'

/**
 * Makes an initial access token for an app (*Initial Access Token: Generate*): apps register themselves with it. One made
 * before is worth nothing from then on. It is told this once.
 */
export async function generateInitialAccessToken(
  { registrations, now }: { readonly registrations: Pick<RegistrationStore, 'setInitialToken'>; readonly now: Clock },
  app: Pick<ConnectedApp, 'id'>,
): Promise<string> {
  const secret = randomText(initialTokenShape.length)
  const id = await registrations.setInitialToken(app.id, hashSecret(secret), now())
  return tokenText(initialTokenShape, id, secret)
}
