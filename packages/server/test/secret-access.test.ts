import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exportKeyStore } from '../src/certificates/key-store.ts'
import { createCertificate, exportPrivateKey } from '../src/certificates/new-certificate.ts'
import { revealSecret } from '../src/connected-apps/change-connected-app.ts'
import { recordIds } from '../src/record-id.ts'
import { made } from './open-acts.ts'
import { addDemoOrg, noon } from './stores/demo-org.ts'
import { contract } from './stores/open-test-stores.ts'

const packages = fileURLToPath(new URL('../../', import.meta.url))

// What opens something that is kept sealed, and what hands on what these open.
const openers = [
  'seal\\.open',
  'openPrivateKey',
  'openSigningKey',
  'openConsumerSecret',
  'openAuthenticator',
  'exportableKey',
  'exportPrivateKey',
  'exportKeyStore',
  'revealSecret',
]
const opening = new RegExp(`(?<!function )(?<![\\w.])(?:${openers.join('|')})\\(`)

/** Every file that opens something sealed, and what becomes of it. */
const places: Readonly<Record<string, 'noted' | 'used here' | 'no secret that is kept' | 'of the demo'>> = {
  'server/src/certificates/new-certificate.ts': 'noted',
  'server/src/certificates/key-store.ts': 'noted',
  'server/src/connected-apps/change-connected-app.ts': 'noted',
  'server/src/oauth/register.ts': 'noted',
  'server/src/web/setup/certificates/export-key-store.tsx': 'noted',
  'server/src/web/setup/connected-apps/consumer-details.tsx': 'noted',
  'cli/src/commands/app/show.ts': 'noted',
  'cli/src/commands/certificate/export.ts': 'noted',
  'server/src/stores/reseal.ts': 'noted',

  'server/src/auth-providers/ask-provider.ts': 'used here',
  'server/src/certificates/signed-certificate.ts': 'used here',
  'server/src/certificates/signing-keys.ts': 'used here',
  'server/src/connected-apps/consumer-secret.ts': 'used here',
  'server/src/oauth/grants/asset-token.ts': 'used here',
  'server/src/org-file/apply-auth-provider.ts': 'used here',
  'server/src/saml/identity-provider.ts': 'used here',
  'server/src/saml/opened-response.ts': 'used here',
  'server/src/sessions/authenticator.ts': 'used here',
  'server/src/sessions/verify-identity.ts': 'used here',
  'server/src/stores/migrations/migrate.ts': 'used here',
  'server/src/tokens/issue.ts': 'used here',
  'server/src/tokens/key-ring.ts': 'used here',
  'server/src/web/setup/connect-a-server/trial.ts': 'used here',

  'server/src/auth-providers/journey.ts': 'no secret that is kept',
  'server/src/oauth/saml-ticket.ts': 'no secret that is kept',
  'server/src/tokens/delete-token.ts': 'no secret that is kept',
  'server/src/tokens/dpop.ts': 'no secret that is kept',
  'server/src/web/setup/kept-forms.ts': 'no secret that is kept',
  'cli/src/logins.ts': 'no secret that is kept',

  'server/src/demo/make-demo.ts': 'of the demo',
  'cli/src/commands/dev/ready.ts': 'of the demo',
  'cli/src/commands/dev/try-files.ts': 'of the demo',
  'cli/src/commands/dev/walkthrough-offer.ts': 'of the demo',
}

describe('what is sealed', () => {
  it('is opened in places that are known, and given out by none that notes nothing', () => {
    const found = ['server/src', 'cli/src']
      .flatMap((folder) =>
        readdirSync(join(packages, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
      )
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
      .filter((file) => opening.test(readFileSync(join(packages, file), 'utf8')))
    expect(found.toSorted()).toEqual(Object.keys(places).toSorted())
  })
})

contract('Setup Audit Trail', (open) => {
  it('tells of every secret that was given out, and of all that were moved or taken elsewhere', async () => {
    await using stores = await open()
    const { org, ada, warehouse } = await addDemoOrg(stores)
    const now = () => noon
    const by = { ...stores, ...stores.actedBy(ada.id), newId: recordIds(now), now }
    const certificate = made(await createCertificate(by, org, { name: 'Acme_Key' }))
    const sealed = stores.seal.close('secret', 'consumer secret')
    const app = { ...warehouse, consumerSecret: { ...warehouse.consumerSecret, sealed } }
    const before = (await stores.auditTrail.list(org.id, { limit: 100 })).length

    await revealSecret(by, app)
    made(await exportPrivateKey(by, certificate))
    made(await exportKeyStore(by, [certificate], { format: 'jks', password: 'changeit', now: noon }))
    await stores.auditTrail.noteSecrets('rekeyed')
    await stores.auditTrail.noteSecrets('copied')
    await stores.auditTrail.noteSecrets('backedUp')
    const told = await stores.auditTrail.list(org.id, { limit: 6 })
    expect(told.map(({ createdById, action, display }) => [createdById, action, display]).toReversed()).toEqual([
      [ada.id, 'revealConsumerSecret', `Revealed consumer secret of connected app ${warehouse.label}`],
      [ada.id, 'exportPrivateKey', 'Exported private key of certificate Acme_Key'],
      [ada.id, 'exportPrivateKey', 'Exported private key of certificate Acme_Key'],
      [undefined, 'rekeyed', 'Began to seal under another encryption key what is secret on the server'],
      [undefined, 'copied', 'Copied to another database all that is on the server'],
      [undefined, 'backedUp', 'Backed up all that is on the server'],
    ])
    expect((await stores.auditTrail.list(org.id, { limit: 100 })).length).toBe(before + 6)
  })
})
