import type { Clock } from '../clock.ts'
import type { OrgStore } from '../orgs/org.ts'
import type { RecordKind } from '../record-id.ts'
import type { Seal } from '../seal.ts'
import { type ConnectedApp, type ConnectedAppStore, defaultAppSettings, defaultPolicies } from './connected-app.ts'
import { keptSecret, newConsumerSecret } from './consumer-secret.ts'

/** What building apps in needs. */
export interface BuiltInNeeds {
  readonly apps: Pick<ConnectedAppStore, 'add' | 'findByConsumerKey'>
  readonly orgs: Pick<OrgStore, 'list'>
  readonly seal: Seal
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** An app that is built in: what is its own. */
export type BuiltInApp = Pick<ConnectedApp, 'fullName' | 'label' | 'contactEmail' | 'description' | 'scopes'> &
  Partial<ConnectedApp>

/** Builds an app into the server and installs it in every org, unless it is there. Its name is its consumer key. */
export async function installBuiltIn({ apps, orgs, seal, newId, now }: BuiltInNeeds, own: BuiltInApp): Promise<void> {
  const consumerKey = own.fullName
  if ((await apps.findByConsumerKey(consumerKey)) !== undefined) return
  const at = now()
  const app: ConnectedApp = {
    ...defaultAppSettings,
    id: newId('connectedApplication'),
    orgId: undefined,
    consumerKey,
    consumerSecret: keptSecret(seal, newConsumerSecret()),
    isPkceRequired: true,
    createdAt: at,
    modifiedAt: at,
    ...own,
  }
  const everywhere = (await orgs.list()).map((org) => ({ ...defaultPolicies, appId: app.id, orgId: org.id }))
  try {
    await apps.add(app, everywhere)
  } catch (error) {
    // Two processes may find a new database at once, and one of them is later.
    if ((await apps.findByConsumerKey(consumerKey)) === undefined) throw error
  }
}
