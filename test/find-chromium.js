import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import { isProgram } from './find-program.js'

/**
 * The names under which Chromium and its close relatives are found on a PATH. The one without windows of its own comes first:
 * the others draw theirs even where nobody sees them, which takes as long as the pages do.
 */
const commands = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where these browsers live on systems that do not put them on the PATH. */
const fixedPlaces = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/**
 * Finds the Chromium that the browser tests drive: the one named by `SALLYPORT_CHROMIUM`, else one of the system's,
 * else the one Playwright keeps for itself.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment usually `process.env`
 * @returns {string | undefined} the path of the program, or `undefined` when there is none
 * @throws {Error} when `SALLYPORT_CHROMIUM` names something that cannot be run: a wish is not silently replaced
 */
export function findChromium(environment) {
  const wished = environment['SALLYPORT_CHROMIUM']
  if (wished) {
    if (isProgram(wished)) return wished
    throw new Error(`SALLYPORT_CHROMIUM is ${wished}, but there is no program that can be run. Correct or unset it.`)
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)))
  return [...fixedPlaces, ...onPath, chromium.executablePath()].find(isProgram)
}
