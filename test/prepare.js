// What `npm test` needs beyond `npm ci`: a Chromium; curl and openssl for the commands in `docs/`; Java's keytool, to see that it
// reads the key stores that are written here; nginx and Caddy, to see that they do what the pages about them say. Finds them or
// installs them, and says in a line what it does.
// Plain JavaScript for any Node from 20 on, because it runs before anything is known to be there.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './find-chromium.js'
import { findProgram, laidOut } from './find-program.js'

const byHand = 'Install what is missing by hand; SALLYPORT_CHROMIUM may be the path of a Chromium or Google Chrome.'

try {
  installTools([
    { name: 'curl', arguments: ['--version'], package: 'curl', purpose: 'for the commands in docs/' },
    { name: 'openssl', arguments: ['version'], package: 'openssl', purpose: 'for keys and certificates' },
    { name: 'keytool', arguments: ['-help'], package: 'default-jre-headless', purpose: 'to compare key stores with' },
  ])
  layOut(['nginx', 'caddy'])
  const path = findChromium(process.env) ?? install()
  console.log(`Browser for the tests: ${versionOf(path)} (${path})`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/**
 * Installs the programs that tests compare with, those that are not there.
 *
 * @param {readonly { name: string, arguments: readonly string[], package: string, purpose: string }[]} tools
 */
function installTools(tools) {
  const missing = tools.filter((tool) => spawnSync(tool.name, tool.arguments, { stdio: 'ignore' }).error !== undefined)
  if (missing.length === 0) return
  const list = missing.map(({ name, purpose }) => `${name} (${purpose})`).join(', ')
  if (!isRoot() || !isDebian()) throw new Error(`The tests need ${list}. Install what is missing.`)
  console.log(`Not here: ${list}. Installing from Debian's packages.`)
  const packages = missing.map((tool) => tool.package)
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', ...packages, 'ca-certificates'])
}

/**
 * Has servers at hand that are not to run on this machine but where tests start them: those that are not there are laid out
 * beside the packages, and not installed.
 *
 * @param {readonly string[]} servers names of programs, which are those of their packages too
 */
function layOut(servers) {
  const missing = servers.filter((name) => findProgram(name, process.env) === undefined)
  if (missing.length === 0) return
  const list = missing.join(' and ')
  if (!isRoot() || !isDebian()) throw new Error(`The tests need ${list}. Install what is missing.`)
  console.log(`Not here: ${list}. Laying Debian's packages out in ${laidOut}.`)
  const folder = mkdtempSync(join(tmpdir(), 'packages-'))
  try {
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['download', '-qq', ...missing], folder)
    mkdirSync(laidOut, { recursive: true })
    for (const file of readdirSync(folder)) run('dpkg', ['--extract', join(folder, file), laidOut])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @returns {string} the path of the browser that was installed */
function install() {
  if (isRoot() && isDebian()) {
    console.log("No Chromium here: installing Debian's package for the browser tests. This takes about a minute, once.")
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'chromium-headless-shell'])
  } else {
    console.log(
      'No Chromium here: Playwright downloads its own for the browser tests. This takes about a minute, once.',
    )
    run('npx', ['--no-install', 'playwright-core', 'install', ...(isRoot() ? ['--with-deps'] : []), 'chromium'])
  }
  const path = findChromium(process.env)
  if (path === undefined) throw new Error(`The installation ended well, yet no Chromium is found. ${byHand}`)
  return path
}

/**
 * Runs a command quietly: what it prints is shown only when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [folder] where it runs
 */
function run(command, args, folder) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  const printed = `${stdout ?? ''}${stderr ?? ''}${error ? error.message : ''}`.trim()
  throw new Error(`${printed}\n\n\`${command} ${args.join(' ')}\` failed. ${byHand}`)
}

/**
 * Asks the browser for its version, which also shows that it starts at all.
 *
 * @param {string} path
 */
function versionOf(path) {
  const { status, stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  throw new Error(`${stderr ?? ''}\n\n${path} does not start. ${byHand}`)
}

function isRoot() {
  return process.getuid?.() === 0
}

/** Debian itself: what Ubuntu calls `chromium` only points to a snap, which does not run in a container. */
function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
