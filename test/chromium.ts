import { type Browser, chromium } from 'playwright-core'
import { findChromium } from './find-chromium.js'

/** Nothing in the tests may speak to the network, so the browser is kept from doing so by itself. */
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the Chromium that `test/prepare.js` found or installed; close it when done.
 *  @throws {Error} when there is none */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium(process.env)
  if (executablePath === undefined) throw new Error('No Chromium is here. Run: node test/prepare.js')
  const asRoot = process.getuid?.() === 0
  return await chromium.launch({ executablePath, args: asRoot ? [...quiet, '--no-sandbox'] : quiet })
}
