import { openConsumerSecret, type WalkthroughOffer } from '@sallyport/server'
import type { Database } from '../../database.ts'
import type { KeptDemo } from './kept-demo.ts'
import type { KnownPassword } from './ready.ts'

/** What the walkthrough offers: the apps of the demo as they are now, and the people whose passwords are known. */
export async function walkthroughOffer(
  { stores, seal }: Pick<Database, 'stores' | 'seal'>,
  demo: KeptDemo | undefined,
  passwords: readonly KnownPassword[],
): Promise<WalkthroughOffer> {
  const users = passwords.map(({ username, note = '' }) => ({ username, note }))
  if (demo === undefined) return { apps: [], users }
  const { source, target } = demo.demo
  const offered = [
    { app: target.webApp, username: target.standard.username, privateKey: undefined, outsider: undefined },
    {
      app: target.integrationApp,
      username: target.integration.username,
      privateKey: source.certificate.privateKey,
      outsider: target.outsider.username,
    },
  ]
  const apps = await Promise.all(
    offered.map(async ({ app, ...rest }) => {
      const stored = await stores.apps.findByConsumerKey(app.consumerKey)
      if (stored === undefined) return []
      const { fullName, label, consumerKey, callbackUrls } = stored
      return [
        {
          fullName,
          label,
          consumerKey,
          consumerSecret: openConsumerSecret(seal, stored),
          callbackUrls: [...callbackUrls],
          ...rest,
        },
      ]
    }),
  )
  return { apps: apps.flat(), users }
}
