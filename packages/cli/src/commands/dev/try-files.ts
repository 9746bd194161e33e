import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openConsumerSecret } from '@sallyport/server'
import { type DataFolder, writePrivately } from '../../data-folder.ts'
import type { Database } from '../../database.ts'
import { packageFolder } from '../../package-folder.ts'
import type { KeptDemo } from './kept-demo.ts'

/** Lines for a shell that walk through a flow; each runs from any folder as it stands. */
export interface TryLines {
  readonly jwtBearer?: string
  readonly webServer?: string
}

/**
 * Puts a command into the data folder that is `sallyport` for this folder, wherever it is called from.
 * Answers how to call it.
 */
export function writeLauncher({ path }: DataFolder): string {
  const file = join(path, 'sallyport')
  const program = fileURLToPath(new URL('bin/sallyport.js', packageFolder))
  const lines = [
    '#!/bin/sh',
    `SALLYPORT_DATA=${quoted(path)}`,
    'export SALLYPORT_DATA',
    `exec ${quoted(process.execPath)} ${quoted(program)} "$@"`,
  ]
  writePrivately(file, `${lines.join('\n')}\n`)
  chmodSync(file, 0o700)
  return quoted(file)
}

/** Puts the programs that walk through the flows into the data folder, with the key and settings they need. */
export async function writeTryFiles(
  { folder, stores, seal }: Database,
  { demo, users }: KeptDemo,
  url: string,
  launcher: string,
): Promise<TryLines> {
  const place = join(folder.path, 'try')
  const { source, target } = demo
  const { standard, integration } = target
  const integrationApp = await stores.apps.findByConsumerKey(target.integrationApp.consumerKey)
  const webApp = await stores.apps.findByConsumerKey(target.webApp.consumerKey)
  const callbackUrl = webApp?.callbackUrls.find((each) => each.startsWith('http://') && !each.startsWith(url))
  const privateKeyFile = join(place, `${source.certificate.name}.key`)
  const user = await stores.users.findByUsername(integration.username)
  const org = user && (await stores.orgs.find(user.orgId))
  const orgUrl = new URL(url)
  orgUrl.port = String(org?.port ?? orgUrl.port)
  const settings = {
    loginUrl: url,
    orgUrl: orgUrl.origin,
    sallyport: launcher,
    jwtBearer: integrationApp && {
      consumerKey: integrationApp.consumerKey,
      username: integration.username,
      privateKeyFile,
    },
    webServer: webApp && {
      consumerKey: webApp.consumerKey,
      consumerSecret: openConsumerSecret(seal, webApp),
      callbackUrl,
      username: standard.username,
      password: users.find(({ username }) => username === standard.username)?.password,
    },
  }
  mkdirSync(place, { recursive: true, mode: 0o700 })
  for (const name of ['steps.mjs', 'jwt-bearer.mjs', 'web-server-flow.mjs']) {
    copyFileSync(new URL(`try/${name}`, packageFolder), join(place, name))
  }
  writePrivately(privateKeyFile, source.certificate.privateKey)
  writePrivately(join(place, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`)
  return {
    ...(integrationApp && { jwtBearer: `node ${quoted(join(place, 'jwt-bearer.mjs'))}` }),
    ...(callbackUrl !== undefined && { webServer: `node ${quoted(join(place, 'web-server-flow.mjs'))}` }),
  }
}

/** A word as a POSIX shell takes it for itself. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
