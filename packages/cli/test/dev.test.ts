import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { get } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../src/free-port.ts'
import { printedUntil, type RunningServer, run, startServer, temporaryFolder } from './program.ts'
import { signsIn, soon } from './wire.ts'

describe('sallyport dev on an empty folder', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'data')
  let server: RunningServer

  beforeAll(async () => {
    server = await startServer(['dev', '--data', data, '--port', '0'])
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  it('says in one line of JSON where it is and what is in it, and answers there at once', async () => {
    const { url, orgs, dataFolder } = server.ready
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(dataFolder).toBe(data)
    const port = Number(new URL(url).port)
    expect(orgs.map((org: { name: string; url: string }) => [org.name, org.url])).toEqual([
      ['Source', `http://localhost:${port + 1}`],
      ['Target', `http://localhost:${port + 2}`],
    ])
    const places = [
      url,
      `http://127.0.0.1:${port}`,
      `http://[::1]:${port}`,
      ...orgs.map((org: { url: string }) => org.url),
    ]
    const answers = await Promise.all(places.map((place) => fetch(`${place}/health/ready`)))
    expect(answers.map(({ status }) => status)).toEqual(places.map(() => 200))
  })

  it('tells the passwords of its users and the secrets of its apps, and both are right', async () => {
    const { url, users, connectedApps } = server.ready
    const usernames = users.map(({ username }: { username: string }) => username)
    expect(usernames).toContain('integration@target.example')
    for (const { username, password } of users) expect(await signsIn(url, username, password)).toBe(true)
    const { consumerKey, consumerSecret } = connectedApps[0]
    const form = { token: 'none', client_id: consumerKey, client_secret: consumerSecret }
    const answer = await fetch(`${url}/services/oauth2/introspect`, { method: 'POST', body: new URLSearchParams(form) })
    expect(await answer.json()).toEqual({ active: false })
  })

  it('offers the users of the demo on the sign-in page', async () => {
    const page = await (await fetch(server.ready.url, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('user@target.example')
  })

  it('keeps everything in a folder, and the key in a file, that only their owner may read', () => {
    const mode = (...names: readonly string[]) => (statSync(join(data, ...names)).mode & 0o777).toString(8)
    expect(mode()).toBe('700')
    expect(mode('encryption.key')).toBe('600')
    expect(mode('sallyport.db')).toBe('600')
    expect(mode('demo.json')).toBe('600')
    expect(mode('try', 'Source_To_Target.key')).toBe('600')
  })

  it('writes its log to standard error, a line of JSON for each refusal', async () => {
    const answer = await fetch(`${server.ready.url}/services/oauth2/token`, { method: 'POST' })
    const requestId = answer.headers.get('x-request-id') ?? ''
    const lines = () => server.log().split('\n')
    const line = await soon(
      async () => lines().find((each) => each.includes(requestId)) ?? '',
      (found) => found !== '',
    )
    expect(JSON.parse(line)).toMatchObject({ msg: 'refused', requestId, endpoint: 'token', status: 400 })
  })

  it('names a port that is taken, and how to choose another', async () => {
    const { port } = new URL(server.ready.url)
    const other = join(folder.path, 'other')
    const { status, stdout, stderr } = await run(['dev', '--data', other, '--port', port])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`Port ${port} is taken by another program.`)
    expect(stderr).toContain('--port <number>')
  })
})

describe('sallyport dev --tls', () => {
  it('speaks https with a certificate that is kept, and that whoever trusts it can check', async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'data')
    const words = ['dev', '--data', data, '--port', '0', '--tls']
    let certificate: string
    {
      await using server = await startServer(words)
      const { url, orgs, certificateFile } = server.ready
      expect(certificateFile).toBe(join(data, 'tls', 'localhost.crt'))
      certificate = readFileSync(certificateFile, 'utf8')
      expect(statSync(join(data, 'tls', 'localhost.key')).mode & 0o777).toBe(0o600)
      for (const place of [url, orgs[0].url, url.replace('localhost', '127.0.0.1')]) {
        expect(place).toMatch(/^https:/)
        expect(await statusOver(place, certificate)).toBe(200)
        await expect(fetch(`${place}/health/ready`)).rejects.toThrow()
      }
      const line = [
        '-e',
        `fetch('${url}/.well-known/openid-configuration').then((a) => a.json()).then((a) => console.log(a.issuer))`,
      ]
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile }
      expect(execFileSync(process.execPath, line, { env, encoding: 'utf8' }).trim()).toBe(url)
    }
    await using again = await startServer(words)
    expect(readFileSync(again.ready.certificateFile, 'utf8')).toBe(certificate)
  })

  function statusOver(url: string, ca: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      get(`${url}/health/ready`, { ca }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      }).on('error', reject)
    })
  }
})

describe('sallyport dev, started again', () => {
  it('has the same users and apps, its orgs beside its new port, and no password that is no longer right', async () => {
    using folder = temporaryFolder()
    const words = ['dev', '--data', folder.path, '--port', '0']
    const first = await startServer(words)
    expect(await first.stop('SIGINT')).toBe(0)
    const changed = await run(
      ['user', 'set-password', 'user@target.example', '--password-stdin', '--data', folder.path],
      {
        input: 'quite another password\n',
      },
    )
    expect(changed.status).toBe(0)

    await using second = await startServer(words)
    const port = Number(new URL(second.ready.url).port)
    expect(second.ready.url).not.toBe(first.ready.url)
    expect(second.ready.orgs.map((org: { url: string }) => org.url)).toEqual([
      `http://localhost:${port + 1}`,
      `http://localhost:${port + 2}`,
    ])
    const secrets = ({ ready }: RunningServer) =>
      ready.connectedApps.map((app: Record<string, string>) => [app['consumerKey'], app['consumerSecret']])
    expect(secrets(second)).toEqual(secrets(first))
    expect(JSON.stringify(second.ready.connectedApps)).toContain(`${second.ready.url}/services/oauth2/success`)
    const passwords = ({ ready }: RunningServer) =>
      Object.fromEntries(ready.users.map((user: Record<string, string>) => [user['username'], user['password']]))
    const { 'user@target.example': changedPassword, ...unchanged } = passwords(first)
    expect(changedPassword).toBeDefined()
    expect(passwords(second)).toEqual({ ...unchanged, 'user@target.example': undefined })
    expect((await fetch(`http://localhost:${port + 2}/health/ready`)).status).toBe(200)
    expect(await second.stop()).toBe(0)
  })
})

describe('sallyport dev, while another runs on the folder', () => {
  it.each([
    [['--port', '0'], 'http'],
    [['--port', '0', '--tls'], 'https'],
  ])('is refused, and the orgs of the first stay where they are: %s', async (more) => {
    using folder = temporaryFolder()
    const words = ['dev', '--data', folder.path, ...more]
    await using first = await startServer(words)
    const { status, stderr } = await run(words)
    expect(status).toBe(1)
    const port = Number(new URL(first.ready.orgs[0].url).port)
    expect(stderr).toContain(`Another \`sallyport dev\` runs on ${folder.path}: its org Source answers at port ${port}`)
    const { json } = await run(['org', 'list', '--data', folder.path, '--json'])
    expect(json.map((org: { port: number }) => org.port)).toEqual([port, port + 1])
  })
})

describe('sallyport dev, as people see it', () => {
  it('prints where to sign in, as whom, and a line to paste for each flow', async () => {
    using folder = temporaryFolder()
    const port = await freePort(['127.0.0.1', '::1'], 2)
    await using server = await startServer(['dev', '--data', folder.path, '--port', String(port)])
    await server.stop()
    const screen = await printedUntil(['dev', '--data', folder.path, '--port', String(port)], 'Ctrl-C')
    expect(screen).toMatch(/^✓ Sallyport [0-9.]+ answers\. {1,2}[0-9.]+ s\n/)
    expect(screen).toContain(`Sign in      http://localhost:${port}\n`)
    expect(screen).toContain(`Org Target   http://localhost:${port + 2}\n`)
    expect(screen).toContain(`Setup        http://localhost:${port + 2}/setup (`)
    expect(screen).toContain(`Walkthrough  http://localhost:${port}/walkthrough (`)
    for (const { username, password } of server.ready.users)
      expect(screen).toMatch(new RegExp(`${username} +${password}`))
    for (const { consumerKey, consumerSecret } of server.ready.connectedApps) {
      expect(screen).toContain(`key       ${consumerKey}\n`)
      expect(screen).toContain(`secret    ${consumerSecret}\n`)
    }
    expect(screen).toContain(`JWT bearer flow   ${server.ready.try.jwtBearer}\n`)
    expect(screen).toContain(`Web server flow   ${server.ready.try.webServer}\n`)
    expect(screen).not.toContain('\u001b')
  })
})

describe('sallyport dev with an org file', () => {
  const orgFile = `orgs:
  - name: Acme
    users:
      - username: ada@acme.example
        password: correct horse battery staple
        email: ada@acme.example
        lastName: Lovelace
        profile: System Administrator
`

  it('holds what the file says, says what another run of it changes, and nothing else', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'acme.yaml')
    writeFileSync(file, orgFile)
    const words = ['dev', '--org-file', file, '--data', join(folder.path, 'data'), '--port', '0']
    const first = await startServer(words)
    expect(first.ready.orgs).toMatchObject([{ name: 'Acme', url: first.ready.url }])
    expect(first.ready.users).toEqual([
      {
        org: 'Acme',
        username: 'ada@acme.example',
        profile: 'System Administrator',
        password: 'correct horse battery staple',
      },
    ])
    expect(await signsIn(first.ready.url, 'ada@acme.example', 'correct horse battery staple')).toBe(true)
    await first.stop()
    expect(applied(first)).toBe('1 org created, 1 user created.')

    const second = await startServer(words)
    await second.stop()
    expect(applied(second)).toBe('nothing to change.')

    writeFileSync(file, orgFile.replace('Lovelace', 'King'))
    const third = await startServer(words)
    await third.stop()
    expect(applied(third)).toBe('1 user changed.')
  })

  it('prints every mistake in the file with its place, and does nothing', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'acme.yaml')
    writeFileSync(file, orgFile.replace('lastName', 'lastname').replace('System Administrator', 'Sistem Administrator'))
    const data = join(folder.path, 'data')
    const { status, stdout, stderr } = await run(['dev', '--org-file', file, '--data', data, '--port', '0'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('The org file was refused, and nothing was changed.')
    expect(stderr).toContain(`${file}:7:9 orgs[0].users[0].lastname: `)
    expect(stderr).toContain(`${file}:8:18 orgs[0].users[0].profile: `)
    expect(stderr).toContain('Did you mean “System Administrator”?')
    expect((await run(['org', 'list', '--json', '--data', data])).json).toEqual([])
  })

  function applied({ ready }: RunningServer): string {
    return ready.applied.replace(/^Applied \S+: /, '')
  }
})

describe('sallyport dev, where others could reach it', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.com'])('refuses --host %s with the reason', async (host) => {
    const { status, stderr } = await run(['dev', '--host', host, '--port', '0'])
    expect(status).toBe(2)
    expect(stderr).toContain(`${host} is not an address of this machine alone.`)
    expect(stderr).toContain('sallyport serve')
  })
})

describe('the port of an org', () => {
  it('is named when another program has it, and nothing is left running', async () => {
    using folder = temporaryFolder()
    const port = await freePort(['127.0.0.1', '::1'], 2)
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port + 2, '127.0.0.1', resolve))
    const { status, stderr } = await run(['dev', '--data', folder.path, '--port', String(port)])
    other.close()
    expect(status).toBe(1)
    expect(stderr).toContain(`Port ${port + 2} is taken by another program.`)
  })
})
