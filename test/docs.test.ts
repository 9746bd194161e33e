import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type KeyStoreEntry, readKeyStore } from '@sallyport/keystore'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../packages/cli/src/free-port.ts'
import { run as runProgram } from '../packages/cli/test/program.ts'
import { reasons } from '../packages/server/src/oauth/refusal.ts'
import { collection } from '../walkthroughs/postman/collection.ts'
import { helper } from '../walkthroughs/postman/folders/web-server.ts'
import { type RunningDev, startDev } from './dev.ts'
import { elsewhere, flowPages, refusalsOf, withTables } from './flow-pages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** The pasteable blocks of a page, in order. */
function blocksOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')
}

describe('the flow pages', () => {
  let dev: RunningDev

  beforeAll(async () => {
    dev = await startDev()
  })

  afterAll(() => dev.stop())

  /** Runs blocks as one shell would, in the folder where `sallyport dev` was started. */
  async function paste(blocks: readonly string[], environment: Record<string, string> = {}): Promise<string> {
    const script = `set -eu\n${blocks.join('\n')}`
    const { stdout } = await run('bash', ['-c', script], {
      cwd: dev.folder,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, ...environment },
    })
    return stdout
  }

  it('say how to get a token by JWT, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/jwt-bearer.md'))
    expect(answersIn(output)).toEqual([membersOf('docs/flows/jwt-bearer.md')])
    expect(output).toContain("✓ The signature was made with the key of the app's certificate")
    expect(output).toContain('"developerName":"AllAccounts"')
    expect(output).toContain('audience is invalid')
  })

  it('say how to get a token by a SAML assertion, and the lines work as they stand', async () => {
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/flows/saml-bearer.md'), config)
    expect(answersIn(output)).toEqual([membersOf('docs/flows/saml-bearer.md')])
    expect(output).toContain('AllAccounts')
  })

  it('say how an identity provider vouches for somebody, and the lines work as they stand', async () => {
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/flows/saml-assertion.md'), config)
    expect(output).toContain('believes https://idp.example')
    expect(output).toContain('Signed in as integration@target.example')
    expect(output).toContain('AllAccounts')
  })

  it('say how an org becomes an identity provider, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/saml-identity-provider.md'))
    expect(output).toContain('The org “Target” is an identity provider.')
    expect(output).toContain('<md:IDPSSODescriptor WantAuthnRequestsSigned="false"')
    const address = new URL(output.trim().split('\n').at(-1) ?? '')
    expect(address.searchParams.get('startURL')).toBe('/idp/login?apiName=Wiki&RelayState=home')
    expect(await (await fetch(address)).text()).toContain('name="pw"')
  })

  it('say how people sign in with a SAML identity provider, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/saml-sign-in.md'))
    expect(output).toContain('Changed the single sign-on settings Headquarters_SAML.')
    const told = await readFile(join(dev.folder, 'source.xml'), 'utf8')
    expect(told).toMatch(/AssertionConsumerService Binding="[^"]*HTTP-POST" Location="http:\/\/localhost:\d+\?so=00D/)
    const address = new URL(output.trim().split('\n').at(-1) ?? '')
    expect(address.pathname).toBe('/idp/endpoint/HttpRedirect')
    expect(address.searchParams.get('RelayState')).toBe('/personal')
    expect(address.searchParams.has('Signature')).toBe(true)
    // The provider knows who asks: it asks for a password.
    expect(await (await fetch(address)).text()).toContain('name="pw"')
  })

  it('say how people sign in with an outside provider, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/auth-providers.md'))
    expect(output).toContain('People sign in to the org “Target” with Headquarters.')
    const address = new URL(output.trim().split('\n').at(-1) ?? '')
    expect(address.pathname).toBe('/services/oauth2/authorize')
    expect(address.searchParams.get('redirect_uri')).toMatch(/\/services\/authcallback\/Headquarters$/)
    // The provider knows the app and its callback URL: it asks for a password.
    expect(await (await fetch(address)).text()).toContain('name="pw"')
  })

  it('say how an app gets a token with its secret alone, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/client-credentials.md'))
    expect(output).toContain('"access_token":"00D')
    expect(output).toContain('"developerName":"AllAccounts"')
  })

  it('say how an app exchanges the token of another issuer, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/token-exchange.md'))
    expect(output).toContain('"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"')
    expect(output).toContain('"developerName":"AllAccounts"')
    expect(output).toContain("its signature was not made with the issuer's key")
  })

  it('say how a device gets a token, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/flows/asset-token.md'))
    expect(JSON.parse(output)).toMatchObject({
      isValid: true,
      claims: { did: 'thermostat-7', act: { sub: 'thermostat-7' } },
    })
  })

  it('say how an app gets JWTs and how others verify them, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/jwt-access-tokens.md'))
    const { claims } = JSON.parse(output)
    expect(claims).toMatchObject({ mty: 'oauth', scp: 'api id', exp: claims.iat + 900 })
    const text = readFileSync(join(root, 'docs/jwt-access-tokens.md'), 'utf8')
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(text) ?? []
    const use =
      "\nconst { readFileSync } = await import('node:fs')\nconsole.log(JSON.stringify(await whoCalls(readFileSync('access-token.jwt', 'utf8').trim())))\n"
    await writeFile(join(dev.folder, 'who-calls.ts'), code + use)
    await symlink(join(root, 'node_modules'), join(dev.folder, 'node_modules')).catch(() => undefined)
    const { stdout } = await run(process.execPath, ['who-calls.ts'], {
      cwd: dev.folder,
      env: { ...process.env, ISSUER: claims.iss },
    })
    expect(JSON.parse(stdout)).toEqual({ userId: claims.sub.slice('uid:'.length), scopes: ['api', 'id'] })
  })

  it('say what an app can be told and allowed besides, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/custom-claims.md'))
    expect(output).toContain('api custom_permissions Read_Orders id')
    expect(output).toContain('"custom_attributes":{"mail":"')
    expect(output).toContain('"team":"others"')
    expect(output).toContain('"custom_permissions":{"Approve_Orders":true}')
  })

  it('say what an external client app is, and the lines work as they stand', async () => {
    const page = 'docs/external-client-apps.md'
    const [, entry = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, page), 'utf8')) ?? []
    await writeFile(join(dev.folder, 'external-client-apps.yaml'), entry)
    const output = await paste(blocksOf('docs/external-client-apps.md'))
    expect(output).toContain('"developerName":"AllAccounts"')
    expect(output).toContain('A Local app is not installed elsewhere.')
    expect(output).toContain('Order_Sync is installed in the org “Source”')
    expect(output).toContain('"error":"oauth_flow_disabled"')
    expect(output).toMatch(/Kind +external client app, Local/)
  })

  it('say how sure a session is and from where it may come, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/sessions.md'))
    expect(output).toContain('needed (RaiseSessionLevel)')
    expect(output).toMatch(/\d{10} verifies the identity of user@target\.example until/)
    expect(output).toContain('user@target.example has no authenticator app')
  })

  it('say how an app gets tokens in an address, and the lines work as they stand', async () => {
    const blocks = blocksOf('docs/flows/user-agent.md')
    const url = (await paste(blocks.slice(0, 2))).trim().split('\n').at(-1) ?? ''
    const again = blocks.slice(2)
    const helpers = (blocks[0] ?? '').split('\n').slice(0, 2).join('\n')
    const app = 'app=$(sallyport app show Phone --org Target --json)'
    const output = await paste([helpers, app, ...again], { CALLBACK: await dev.approveAt(url) })
    expect(answersIn(output)).toEqual([membersOf('docs/flows/user-agent.md')])
    expect(output).toContain('"developerName":"AllAccounts"')
  })

  it('say how an app signs somebody in on a form of its own, and the lines work as they stand', async () => {
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/flows/code-and-credentials.md'), config)
    expect(output).toContain('Signed in as user@target.example')
    expect(answersIn(output)).toEqual([membersOf('docs/flows/web-server.md').filter((name) => name !== 'id_token')])
  })

  it('say how an app gets sessions for its web views, and the lines work as they stand', async () => {
    const [first = '', address = '', exchange = ''] = blocksOf('docs/flows/hybrid.md')
    const url = (await paste([first, address])).trim().split('\n').at(-1) ?? ''
    const helpers = first.split('\n').slice(0, 3).join('\n')
    const again = [helpers, 'app=$(sallyport app show Hybrid --org Target --json)', exchange]
    expect(answersIn(await paste(again, { CODE: await dev.approve(url) }))).toEqual([membersOf('docs/flows/hybrid.md')])
  })

  it('say how a token opens a page, and the lines work as they stand', async () => {
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/flows/single-access.md'), config)
    expect(output).toMatch(/frontdoor\.jsp\?otp=\S+\nAdvanced User Details/)
    const page = await fetch(output.trim().split('\n').at(-1) ?? '', { redirect: 'manual' })
    expect(page.headers.get('location')).toMatch(/\/personal$/)
  })

  it('say how an app gets a token with a password, and the lines work as they stand', async () => {
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/flows/username-password.md'), config)
    expect(output).toContain('Signed in as integration@target.example')
    expect(answersIn(output)).toEqual([membersOf('docs/flows/username-password.md')])
    expect(output).toContain('"developerName":"AllAccounts"')
  })

  it('say how a program makes its own app, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/dynamic-registration.md'))
    expect(output.match(/"client_name":"A partner"/g)).toHaveLength(2)
    expect(output).toContain('refresh_token (RefreshToken)')
  })

  it('say what a token opens, and the lines work as they stand', async () => {
    const [objects = ''] =
      /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'docs/data.md'), 'utf8'))?.slice(1) ?? []
    await writeFile(join(dev.folder, 'objects.yaml'), objects)
    const config = { SALLYPORT_CONFIG: join(dev.folder, 'config') }
    const output = await paste(blocksOf('docs/data.md'), config)
    expect(output).toContain('Burlington Textiles')
    expect(output).toMatch(/"?totalSize"?:? *1\b/)
    expect(output).toContain('12.5')
    expect(output).toContain('integration@target.example')
  })

  it('say how a device gets its tokens, and the lines work as they stand', async () => {
    const blocks = blocksOf('docs/flows/device.md')
    const polling = blocks.findIndex((block) => block.includes('grant_type=device'))
    const kept = 'printf %s "$codes" > codes.json'
    const shown = await paste([...blocks.slice(0, polling), kept])
    const [, page = ''] = /Open (\S+)/.exec(shown) ?? []
    expect(page).toMatch(/\/setup\/connect\?user_code=[A-Z0-9]{8}$/)
    await dev.connect(page)
    const output = await paste([...blocks.slice(0, 1), 'codes=$(cat codes.json)', ...blocks.slice(polling)])
    expect(answersIn(output)).toEqual([membersOf('docs/flows/device.md')])
    expect(output).toContain('"developerName":"AllAccounts"')
  })

  it('say how an app gets its tokens, and the lines work as they stand', async () => {
    const blocks = blocksOf('docs/flows/web-server.md')
    const exchange = blocks.findIndex((block) => block.includes('grant_type=authorization_code'))
    const before = blocks.slice(0, exchange)
    const verifier = 'the-verifier-that-this-test-keeps-between-its-two-halves'
    const fixed = (block: string) => block.replace('verifier=$(openssl rand 32 | base64url)', `verifier=${verifier}`)
    const url = (await paste(before.map(fixed))).trim()
    const code = await dev.approve(url)
    const after = [...blocks.slice(exchange), ...blocksOf('docs/flows/refresh-token.md')]
    const output = await paste([...before.slice(0, -1).map(fixed), ...after], { CODE: code })
    expect(answersIn(output)).toEqual([membersOf('docs/flows/web-server.md'), membersOf('docs/flows/refresh-token.md')])
    expect(output).toContain('"preferred_username"')
    expect(output).toContain('"developerName":"AllAccounts"')
    expect(output).toContain('"active":true')
    expect(output).toMatch(/200\n\{"error":"invalid_grant","error_description":"expired access\/refresh token"\}\s*$/)
  })

  it('say where every endpoint is, and the line works as it stands', async () => {
    const own = (block: string) => block.replaceAll('http://localhost:8787', dev.ready.url)
    const found = JSON.parse(await paste(blocksOf('docs/endpoints.md').map(own)))
    const text = readFileSync(join(root, 'docs/endpoints.md'), 'utf8')
    const addresses = Object.entries(found).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
    expect(addresses.length).toBeGreaterThan(6)
    const paths = addresses.map(([, address]) => new URL(String(address)).pathname)
    expect(paths.filter((path) => !text.includes(`| \`${path}\` |`))).toEqual([])
  })

  it('say how an org behaves as another release, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/releases.md'))
    expect(output).toContain('behaves as Salesforce of: Summer')
    expect(output).toContain('some of it breaks')
    expect(output).toContain('endUsernamePasswordFlow is in force')
  })

  it('lead from a talk to an app, both flows and a diagnosis, and the lines work as they stand', async () => {
    const output = await paste(blocksOf('docs/from-a-talk.md'), { STORE: 'changeit' })
    expect(output).toContain('My first app')
    expect(output).toContain('What the server checked:')
    expect(output).toContain('1. The user has not let this app in')
  })

  it('name pages of Setup that are there: whoever is not signed in is sent to sign in, and nowhere else', async () => {
    const texts = ['docs/from-a-talk.md', ...flowPages].map((page) => readFileSync(join(root, page), 'utf8'))
    const paths = [
      ...new Set(
        texts.flatMap((text) => [...text.matchAll(/`(\/setup(?:\/[\w-]+)*)`/g)].map(([, path]) => path ?? '')),
      ),
    ]
    expect(paths).toContain('/setup/connected-apps')
    for (const path of paths) {
      const { status, headers } = await fetch(new URL(path, dev.ready.url), { redirect: 'manual' })
      expect([path, status, headers.get('location')]).toEqual([path, 302, `/?startURL=${encodeURIComponent(path)}`])
    }
  })
})

/** The members of the answer that a page shows in full. */
function membersOf(page: string): readonly string[] {
  const [, json = ''] = /^```json\n(\{\n[\s\S]*?)^```$/m.exec(readFileSync(join(root, page), 'utf8')) ?? []
  return Object.keys(JSON.parse(json)).sort()
}

/** The members of each answer with tokens that a shell printed. */
function answersIn(output: string): readonly (readonly string[])[] {
  return [...output.matchAll(/\{"access_token":"00D[^{}]*\}/g)].map(([answer]) =>
    Object.keys(JSON.parse(answer)).sort(),
  )
}

describe('the tables of refusals', () => {
  it.each(flowPages)('%s has those that the programs answer and explain by: node test/write-flow-pages.ts', (page) => {
    expect(readFileSync(join(root, page), 'utf8')).toBe(withTables(page))
  })

  it('name every reason there is in some flow, or it belongs to none', () => {
    const told = new Set([...Object.values(refusalsOf).flat(), ...elsewhere])
    expect(reasons.filter((reason) => !told.has(reason))).toEqual([])
  })
})

describe('the page about key stores', () => {
  const password = 'changeit'
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-keystores-'))
    // So that `npx sallyport` means the one of this repository there.
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const read = async (file: string) => (await readKeyStore(await readFile(join(folder, file)), { password })).entries
  const withoutDates = (entries: readonly KeyStoreEntry[]) =>
    entries.map((entry) => ({ ...entry, createdAt: undefined }))

  it('has lines that work as they stand, and each does what the lines above it do', async () => {
    const script = `set -eu\n${blocksOf('docs/keystores.md').join('\n')}`
    const { stdout } = await run('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    })
    expect(stdout).toContain('Salesforce will import this: yes')
    expect(stdout).toContain('These belong together.')
    const theirs = await read('theirs.jks')
    expect(theirs).toMatchObject([{ kind: 'private-key', alias: 'orga_sso' }])
    expect(withoutDates(await read('ours.jks'))).toEqual(withoutDates(theirs))
    expect(await read('again.key')).toEqual(await read('theirs.key'))
    expect(await read('again.crt')).toEqual(await read('theirs.crt'))
    expect(await read('orgb_jwt.jks')).toMatchObject([{ kind: 'private-key', alias: 'orgb_jwt' }])
  })

  it('is right about the TypeScript in the README of the package', async () => {
    const text = readFileSync(join(root, 'packages/keystore/README.md'), 'utf8')
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(text) ?? []
    await writeFile(join(folder, 'example.ts'), code)
    const pair = ['-keyout', 'server.key', '-out', 'server.crt', '-passout', `pass:${password}`, '-subj', '/CN=orgA']
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-days', '30', ...pair], { cwd: folder })
    const { stdout } = await run(process.execPath, ['example.ts'], {
      cwd: folder,
      env: { ...process.env, STORE: password },
    })
    expect(stdout.trim()).toBe('true []')
    expect(await read('server.jks')).toMatchObject([{ kind: 'private-key', alias: 'orga_jwt' }])
  })
})

describe('the page about a server of one’s own', () => {
  it('has lines that work as they stand', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-strict-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const lines = blocksOf('docs/strict-server.md')
      .join('\n')
      .replaceAll('8790', String(await freePort(['127.0.0.1', '::1'], 0)))
    // Whatever becomes of the lines, nothing of theirs goes on running.
    const script = `set -eu\ntrap 'kill $(jobs -p) 2> left.log || true' EXIT\n${lines}`
    const { stdout } = await run('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, SALLYPORT_CONFIG: join(folder, 'config') },
    })
    await rm(folder, { recursive: true, force: true })
    expect(stdout).toContain('"token_type":"Bearer"')
    expect(stdout).toContain('"request_uri":"urn:ietf:params:oauth:request_uri:')
    expect(stdout).toMatch(/^302 http:\/\/localhost:\d+\/\?ec=302&startURL=/m)
    expect(stdout).toMatch(/^HTTP 200 .*\nby curl: 200$/m)
    expect(stdout).toMatch(/DPoP\nwith its key: 200\nas a bearer token: 401\n/)
  })
})

describe('the list of flows', () => {
  const [list = '', otherWays = ''] = readFileSync(join(root, 'docs/flows/README.md'), 'utf8').split('\n## ')
  const rows = [...list.matchAll(/^\| ([^|]+) \| (yes|no)\b([^|]*) \|([^|]*)\|(?:([^|]*)\|)?$/gm)].map(
    ([, flow = '', works = '', reason = '', page = '', command = '']) => ({
      flow,
      works: works === 'yes',
      reason,
      pages: [...page.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => join('docs/flows', target)),
      commands: [...command.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
    }),
  )
  const tests = readFileSync(fileURLToPath(import.meta.url), 'utf8')

  it('has the flows of Salesforce', () => {
    expect(list.split('\n').filter((line) => /^\| (?!flow|---)/.test(line))).toHaveLength(rows.length)
    expect(rows.length).toBeGreaterThan(18)
  })

  it.each(rows.filter(({ works }) => works))(
    'has for $flow a page whose commands are run here',
    ({ pages, commands }) => {
      expect(pages.length).toBeGreaterThan(0)
      const lines = pages.flatMap(blocksOf).join('\n')
      expect(pages.filter((page) => !tests.includes(`blocksOf('${page}')`))).toEqual([])
      expect(commands.filter((command) => !lines.includes(command))).toEqual([])
    },
  )

  it.each(rows.filter(({ works }) => !works))('says why there is no $flow', ({ reason }) => {
    expect(reason).toMatch(/^: \w/)
  })

  it('names commands, functions and folders of the collection that are there', async () => {
    const ways = [...otherWays.matchAll(/^\| (?!flow|---)([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)]
    expect(ways.length).toBeGreaterThan(18)
    const named = (column: number, pattern: RegExp) =>
      new Set(ways.flatMap((way) => [...(way[column] ?? '').matchAll(pattern)].map(([, name = '']) => name)))
    for (const command of named(2, /`sallyport ([a-z -]+)`/g)) {
      const { stdout } = await runProgram([...command.split(' '), '--help'])
      expect([command, stdout.startsWith(`Usage: sallyport ${command} `)]).toEqual([command, true])
    }
    const exported = new Set(Object.keys(await import('@sallyport/client')))
    expect([...named(3, /`(\w+)`/g)].filter((name) => !exported.has(name))).toEqual([])
    const folders = new Set(collection().item.map(({ name }) => name))
    const told = ways.map(([, , , , folder = '']) => folder.trim()).filter((folder) => folder !== '')
    expect(told.filter((folder) => !folders.has(folder))).toEqual([])
    // The same flow once more.
    expect([...folders].filter((folder) => !told.includes(folder))).toEqual([helper.name])
  })

  it('has every page of the folder', () => {
    const listed = rows.flatMap(({ pages }) => pages)
    const pages = readdirSync(join(root, 'docs/flows')).map((file) => `docs/flows/${file}`)
    expect(pages.filter((page) => page !== 'docs/flows/README.md' && !listed.includes(page))).toEqual([])
  })
})

describe('the README of the client', () => {
  it('leads from an empty folder to a list of list views', async () => {
    const dev = await startDev()
    const text = readFileSync(join(root, 'packages/client/README.md'), 'utf8')
    const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(text) ?? []
    await writeFile(join(dev.folder, 'list-views.ts'), code)
    await symlink(join(root, 'node_modules'), join(dev.folder, 'node_modules'))
    const { stdout } = await run(process.execPath, ['list-views.ts'], { cwd: dev.folder })
    await dev.stop()
    expect(stdout.split('\n')).toContain('All Accounts')
  })
})

describe('every page', () => {
  const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.md') && !/(?:^|\/)(?:node_modules|dist|\.sallyport)(?:\/|$)/.test(file),
  )

  it.each(pages)('%s links only to what is there', (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target ?? '')
    expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })

  // Two changes of one list that meet leave rows twice.
  it.each(['README.md', 'docs/setup.md', 'docs/flows/README.md', 'docs/operations/README.md', 'docs/glossary.md'])(
    '%s has nothing in its tables twice',
    (page) => {
      const text = readFileSync(join(root, page), 'utf8')
      // Another part of a page may be about the same things.
      const parts = page === 'docs/flows/README.md' ? text.split('\n## ') : [text]
      for (const part of parts) {
        const first = [...part.matchAll(/^\| (?!---|– )([^|]*[^| ]) +\|/gm)].map(([, cell]) => cell)
        expect(first.length).toBeGreaterThan(5)
        expect(first.filter((cell, index) => first.indexOf(cell) !== index)).toEqual([])
      }
    },
  )

  it('is linked from another, or is where readers begin', () => {
    const linked = new Set(
      pages.flatMap((page) =>
        [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
          .map(([, target = '']) => join(dirname(page), target))
          .filter((target) => target !== page),
      ),
    )
    // Whoever installs a package from npm begins with its own README; a folder is linked for the decisions in it.
    const begins = (page: string) =>
      page === 'README.md' || /^packages\/[^/]+\/README\.md$/.test(page) || page.startsWith('docs/decisions/')
    expect(pages.filter((page) => !begins(page) && !linked.has(page))).toEqual([])
  })
})
