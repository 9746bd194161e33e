import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningDev, startDev } from './dev.ts'
import { installedSalesforceCli } from './salesforce-cli.ts'

const run = promisify(execFile)
const pages = fileURLToPath(new URL('../docs/clients/', import.meta.url))

/** The blocks of a page in a language, in order. */
function blocksOf(page: string, language: 'sh' | 'ts'): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')
  return [...readFileSync(join(pages, page), 'utf8').matchAll(fence)].map(([, block]) => block ?? '')
}

let dev: RunningDev
let environment: Record<string, string>

beforeAll(async () => {
  const client = await installedSalesforceCli()
  dev = await startDev()
  const home = join(dev.folder, 'home')
  await mkdir(home)
  await symlink(join(client, 'node_modules'), join(dev.folder, 'node_modules'))
  await writeFile(join(dev.folder, 'package.json'), '{ "type": "module" }')
  environment = {
    // A home of its own, nothing told to anybody, and nothing inherited: where CI is set, the CLI draws its tables otherwise.
    HOME: home,
    LANG: 'C.UTF-8',
    // What Node compiled once is read the next time: the CLI spends a third of its time on that.
    NODE_COMPILE_CACHE: join(client, 'compiled'),
    PATH: `${join(client, 'node_modules', '.bin')}:${dirname(process.execPath)}:${process.env['PATH']}`,
    SF_AUTOUPDATE_DISABLE: 'true',
    // The same again: installed by npm, the first by itself does not keep it from asking the registry.
    SF_DISABLE_AUTOUPDATE: 'true',
    SF_DISABLE_LOG_FILE: 'true',
    SF_DISABLE_TELEMETRY: 'true',
    SF_HIDE_RELEASE_NOTES: 'true',
    SF_SKIP_NEW_VERSION_CHECK: 'true',
    SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
    SALLYPORT_CONFIG: join(home, 'sallyport'),
  }
}, 300_000)

afterAll(() => dev.stop())

function paste(blocks: readonly string[], more: Record<string, string> = {}, cwd = dev.folder) {
  const options = { cwd, env: { ...environment, ...more }, maxBuffer: 16_777_216 }
  return run('bash', ['-c', `set -eu\n${blocks.join('\n')}`], options)
}

/** Pastes commands that open a browser: it hands the address on to this test, which plays the person. */
async function pasteWithPerson(blocks: readonly string[], { folder, approve }: RunningDev = dev) {
  const opened = join(folder, 'opened')
  await run('mkfifo', [opened])
  const browser = join(folder, 'browser.sh')
  await writeFile(browser, `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`)
  await chmod(browser, 0o755)
  const person = async () => {
    const url = new URL(await readFile(opened, 'utf8'))
    const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
    callback.searchParams.set('code', await approve(url.href))
    callback.searchParams.set('state', url.searchParams.get('state') ?? '')
    await fetch(callback)
  }
  const [pasted] = await Promise.all([paste(blocks, { BROWSER: browser }, folder), person()])
  return pasted
}

describe('the Salesforce CLI', () => {
  it('does what its page says', { timeout: 600_000 }, async () => {
    const [signIn = '', work = '', inBrowser = '', withToken = '', , out = ''] = blocksOf('salesforce-cli.md', 'sh')
    const { stdout } = await paste([signIn, work])
    expect(stdout).toContain('Successfully authorized integration@target.example')
    expect(stdout).toContain('Connected')
    expect(stdout).toMatch(/Edge Communications\s+│ \+1 512 555 0101\s+│ Tara Target/)
    expect(stdout).toMatch(/Successfully created record: 001\w{15}\./)
    expect(stdout).toContain('Phone: 456')
    expect(stdout).toMatch(/Successfully deleted record: 001\w{15}\./)
    expect(stdout).toMatch(/DailyApiRequests\s+│ \d+\s+│ 15000/)
    expect(stdout).toContain('"maxBatchSize": 200')
    expect(stdout).toMatch(/Source Integration\s+│ \d/)
    const [helper = ''] = signIn.split('\n')
    const { stdout: later } = await pasteWithPerson([helper, inBrowser])
    expect(later).toContain('Successfully authorized admin@target.example')
    expect(later).toMatch(/Profile Name\s+│ System Administrator/)
    const opened = await fetch(/http:\S+frontdoor\.jsp\?otp=\S+/.exec(later)?.[0] ?? '', { redirect: 'manual' })
    expect([opened.status, opened.headers.get('location')]).toEqual([302, '/lightning/setup/ConnectedApplication/home'])
    expect(opened.headers.getSetCookie().join()).toMatch(/^sid-\d+=\S/)

    expect((await paste([helper, withToken])).stdout).toContain('by-token')

    const token = await paste(['sf org auth show-access-token --target-org person --json'])
    const headers = { authorization: `Bearer ${JSON.parse(token.stdout).result.accessToken}` }
    const limits = () => fetch(`${dev.ready.url}/services/data/v67.0/limits`, { headers })
    expect((await limits()).status).toBe(200)
    expect((await paste([out])).stdout).toContain('Successfully logged out of orgs')
    expect((await limits()).status).toBe(401)
  })

  it('goes on by itself after its session has ended', { timeout: 120_000 }, async () => {
    const [signIn = ''] = blocksOf('salesforce-cli.md', 'sh')
    const { stdout } = await paste([`{ ${signIn} } >&2`, 'sf org auth show-access-token --json'])
    const { accessToken } = JSON.parse(stdout).result
    const limits = () => fetch(`${dev.ready.url}/services/data/v67.0/limits`, { headers: { authorization } })
    const authorization = `Bearer ${accessToken}`
    expect((await limits()).status).toBe(200)
    const form = { method: 'POST', body: new URLSearchParams({ token: accessToken }) }
    await fetch(`${dev.ready.url}/services/oauth2/revoke`, form)
    expect((await limits()).status).toBe(401)
    const query = await paste(['sf data query --query "SELECT COUNT(Id) FROM Account" --json'])
    expect(JSON.parse(query.stdout).result).toMatchObject({ done: true, records: [{ expr0: 4 }] })
  })

  it('signs in by an external client app, and is told where that is not installed', { timeout: 120_000 }, async () => {
    const [signIn = ''] = blocksOf('salesforce-cli.md', 'sh')
    const [helper = ''] = signIn.split('\n')
    const make = [
      'openssl req -x509 -newkey rsa:2048 -nodes -keyout sync.key -out sync.crt -days 30 -subj /CN=Sync 2> sync.log',
      'key=$(.sallyport/sallyport app create Sync --external --org Target --contact-email dev@example.com \\',
      '  --callback-url http://localhost/unused --scope api refresh_token --certificate-file sync.crt \\',
      '  --permitted-users admin-approved --permission-set Source_Access --json |',
      "  node -p \"JSON.parse(require('fs').readFileSync(0, 'utf8')).consumerKey\")",
      'echo "$key" > sync.txt',
    ]
    const login = (username: string) =>
      `sf org login jwt --instance-url "$(setting loginUrl)" --client-id "$(cat sync.txt)" --jwt-key-file sync.key --username ${username} --alias sync`
    const query = 'sf data query --target-org sync --query "SELECT Name FROM Account"'
    const { stdout } = await paste([helper, ...make, login('integration@target.example'), query])
    expect(stdout).toContain('Successfully authorized integration@target.example')
    expect(stdout).toContain('Edge Communications')
    await expect(paste([helper, login('admin@source.example')])).rejects.toThrow(
      /External client app is not installed in this org/,
    )
  })

  it('signs in with an auth URL, by https', { timeout: 120_000 }, async () => {
    const [signIn = '', , , , authUrl = ''] = blocksOf('salesforce-cli.md', 'sh')
    const [helper = ''] = signIn.split('\n')
    const secure = await startDev('--tls')
    const trusted = getCACertificates('default')
    try {
      const certificate = await readFile(join(secure.folder, '.sallyport', 'tls', 'localhost.crt'), 'utf8')
      setDefaultCACertificates([...trusted, certificate])
      const { stdout } = await pasteWithPerson([helper, authUrl], secure)
      expect(stdout.match(/Successfully authorized admin@target\.example/g)).toHaveLength(2)
      expect(stdout).toMatch(/Instance Url\s+│ https:\/\/localhost:\d+/)
      expect(stdout).toMatch(/Connected Status\s+│ Connected/)
    } finally {
      setDefaultCACertificates(trusted)
      await secure.stop()
    }
  })

  it('shows what is wrong with a query, and where', { timeout: 120_000 }, async () => {
    const [signIn = ''] = blocksOf('salesforce-cli.md', 'sh')
    const failed = paste([signIn, 'sf data query --query "SELECT Nam FROM Account"'])
    await expect(failed).rejects.toThrow(/ERROR at Row:1:Column:8\nNo such column 'Nam' on entity 'Account'/)
  })
})

describe('libraries', () => {
  it('jsforce does what its page says', { timeout: 60_000 }, async () => {
    const [program = ''] = blocksOf('jsforce.md', 'ts')
    await writeFile(join(dev.folder, 'accounts.ts'), program)
    const { stdout } = await paste(blocksOf('jsforce.md', 'sh'))
    expect(stdout.trim().split('\n')).toEqual(['integration@target.example', 'By jsforce 456', 'Contacts'])
  })

  it('@salesforce/core does what its page says', { timeout: 60_000 }, async () => {
    const [program = ''] = blocksOf('salesforce-core.md', 'ts')
    await writeFile(join(dev.folder, 'core.ts'), program)
    // Where the CLI has not signed the same user in.
    const [run = ''] = blocksOf('salesforce-core.md', 'sh')
    const { stdout } = await paste([run], { HOME: join(dev.folder, 'core') })
    expect(stdout.trim().split('\n')).toEqual(['Burlington Textiles', 'integration@target.example'])
  })

  it('@salesforce/core signs in on a device without a browser, as its page says', { timeout: 180_000 }, async () => {
    const [, program = ''] = blocksOf('salesforce-core.md', 'ts')
    const [, run = ''] = blocksOf('salesforce-core.md', 'sh')
    await writeFile(join(dev.folder, 'device.ts'), program)
    const env = { ...environment, HOME: join(dev.folder, 'device') }
    const child = spawn('bash', ['-c', run], { cwd: dev.folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
    const printed: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      printed.push(line)
      if (printed.length === 1) await dev.connect(line)
    }
    expect(printed).toEqual([expect.stringContaining('/setup/connect?user_code='), 'admin@target.example'])
  })
})
