import { fullApp, type SetupServer, startSetupServer } from './setup-server.ts'

/** A page as somebody gets to see it. */
export interface Sight {
  readonly name: string
  readonly html: string
}

/** The pages of Setup in the states that look different: empty and full, at first and with problems. */
export async function sights(): Promise<readonly Sight[]> {
  const empty = await startSetupServer()
  const full = await startSetupServer()
  try {
    await fullApp(full.server)
    return [...(await emptySights(empty)), ...(await fullSights(full))]
  } finally {
    await empty.server.close()
    await full.server.close()
  }
}

async function emptySights(setup: SetupServer): Promise<readonly Sight[]> {
  return [await sight(setup, 'no apps', '/setup/connected-apps')]
}

async function fullSights(setup: SetupServer): Promise<readonly Sight[]> {
  return [
    await sight(setup, 'apps', '/setup/connected-apps?sort=-created'),
    await sight(setup, 'no app found', '/setup/connected-apps?q=nothing'),
    await sight(setup, 'quick find', '/setup/quick-find?find=app'),
  ]
}

/** What an admin sees at an address. */
async function sight({ admin }: SetupServer, name: string, path: string): Promise<Sight> {
  const { html, status } = await admin.browser.open(path)
  if (status !== 200) throw new Error(`${path} answers ${status}.`)
  return { name, html }
}
