import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const version = '2.146.3'

/**
 * The folder of an untouched Salesforce CLI: `node_modules` is in it. It is some 300 MB, so it stays in the user's cache, as
 * browsers for tests do.
 */
export async function installedSalesforceCli(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sallyport-tests')
  const folder = join(cache, `salesforce-cli-${version}`)
  if (existsSync(folder)) return folder
  console.log(
    'The Salesforce CLI is not here: npm downloads it for the tests of the clients. This takes about a minute, once.',
  )
  await mkdir(cache, { recursive: true })
  // Complete or not there at all, whoever else is installing it at the same time.
  const fresh = await mkdtemp(join(cache, 'installing-'))
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await run('npm', ['install', '--prefix', fresh, ...quiet, `@salesforce/cli@${version}`], { cwd: fresh })
  await rename(fresh, folder).catch(async (error) => {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}
