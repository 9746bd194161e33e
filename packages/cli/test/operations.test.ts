import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, createServer as createHttpServer, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { newSchemaUrl } from '../../../test/postgres-url.ts'
import { faultKey, makeFaultOrgs } from '../../server/test/faults/fault-org.ts'
import { type RunningServer, run, startServer, temporaryFolder } from './program.ts'

const publicUrl = 'http://localhost:9'
const secrets = () => ({ SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
const baseOf = ({ ready }: RunningServer) => `http://127.0.0.1:${ready.listening.port}`

async function scraped(url: string, token?: string) {
  const answer = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

describe('metrics', () => {
  it('are on a port of their own, and count requests, refusals and tokens', async () => {
    using folder = temporaryFolder()
    const place = { env: { ...secrets(), SALLYPORT_DATA: folder.path } }
    const words = ['serve', '--public-url', publicUrl, '--port', '0', '--metrics-port', '0']
    await using server = await startServer(words, place)
    const metrics = `http://127.0.0.1:${server.ready.metricsPort}/metrics`
    await fetch(`${baseOf(server)}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'made-up-by-a-caller' }),
    })
    const { type, text } = await scraped(metrics)
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toContain('sallyport_refusals_total{endpoint="token",reason="grant-type-unknown"} 1')
    expect(text).toContain('sallyport_request_duration_seconds_count{endpoint="token",outcome="refused"} 1')
    expect(text).toMatch(/^sallyport_expiry_lag_seconds \d/m)
    expect(text).toMatch(/^sallyport_passwords_waiting 0$/m)
    expect(text).toMatch(/^sallyport_faults_total 0$/m)
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m)
    expect(text).not.toContain('made-up-by-a-caller')
    expect((await scraped(metrics.replace('/metrics', '/'))).status).toBe(404)
    expect((await scraped(`${baseOf(server)}/metrics`)).status).toBe(404)
  })

  it('are at the login host for who shows the token, and for nobody else', async () => {
    using folder = temporaryFolder()
    const token = 'a-token-of-enough-characters'
    const place = { env: { ...secrets(), SALLYPORT_DATA: folder.path, SALLYPORT_METRICS_TOKEN: token } }
    await using server = await startServer(['serve', '--public-url', publicUrl, '--port', '0'], place)
    const url = `${baseOf(server)}/metrics`
    expect((await scraped(url, token)).text).toContain('sallyport_faults_total 0')
    expect((await scraped(url)).status).toBe(401)
    expect((await scraped(url, `${token}x`)).status).toBe(401)
    const short = await run(['serve', '--public-url', publicUrl], {
      env: { ...place.env, SALLYPORT_METRICS_TOKEN: 'short' },
    })
    expect([short.status, short.stderr]).toEqual([2, expect.stringContaining('SALLYPORT_METRICS_TOKEN is too short')])
  })
})

describe('the configuration file', () => {
  it('gives what neither the command line nor the environment does', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'sallyport.yaml')
    writeFileSync(
      file,
      `public-url: http://localhost:10\nport: 0\nhost: 127.0.0.1\ndata: ${join(folder.path, 'data')}\nset: [codeLifetime=30]\n`,
    )
    const env = { ...secrets(), SALLYPORT_CONFIG_FILE: file }
    await using fromFile = await startServer(['serve'], { env })
    expect(fromFile.ready).toMatchObject({ url: 'http://localhost:10', dataFolder: join(folder.path, 'data') })
    await fromFile.stop()
    const both = { ...env, SALLYPORT_PUBLIC_URL: 'http://localhost:11' }
    await using fromEnvironment = await startServer(['serve'], { env: both })
    expect(fromEnvironment.ready.url).toBe('http://localhost:11')
    await fromEnvironment.stop()
    await using fromLine = await startServer(['serve', '--public-url', 'http://localhost:12'], { env: both })
    expect(fromLine.ready.url).toBe('http://localhost:12')
  })

  it.each([
    ['publicurl: x', 'has “publicurl”, which is no option. Did you mean “public-url”?'],
    ['port: high', 'Enter a whole number from 0 to 65535.'],
    ['posture: lax', 'Allowed choices are strict, salesforce.'],
    ['- port', 'is no list of options'],
    ['port: [', 'cannot be used'],
  ])('is refused with “%s”', async (written, words) => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'sallyport.yaml')
    writeFileSync(file, written)
    const { status, stderr } = await run(['serve', '--config', file], { env: secrets() })
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)])
  })
})

/** A TCP balancer: takes the first server that is ready, as its health checks say. */
async function balancer(servers: RunningServer[]) {
  const ready = new Set(servers)
  const sockets = new Set<Socket>()
  const listener = createServer((from) => {
    const server = servers.find((one) => ready.has(one))
    if (server === undefined) {
      from.destroy()
      return
    }
    const to = connect(server.ready.listening.port, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    }
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('The balancer has no port.')
  const { port }: AddressInfo = address
  const checking = setInterval(async () => {
    for (const server of servers) {
      const isReady = await fetch(`${baseOf(server)}/health/ready`).then(
        ({ status }) => status === 200,
        () => false,
      )
      if (isReady) ready.add(server)
      else ready.delete(server)
    }
  }, 50)
  return {
    port,
    close() {
      clearInterval(checking)
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
}

describe('a rolling restart', () => {
  it.each(['SQLite', 'PostgreSQL'])(
    'behind a balancer fails no request, on %s',
    async (database) => {
      using folder = temporaryFolder()
      const data = join(folder.path, 'data')
      mkdirSync(data)
      const url = database === 'SQLite' ? undefined : await newSchemaUrl()
      const [org] = await makeFaultOrgs(url === undefined ? { file: join(data, 'sallyport.db') } : { url }, publicUrl)
      const place = {
        env: {
          SALLYPORT_ENCRYPTION_KEY: faultKey.toString('base64'),
          SALLYPORT_DRAIN_SECONDS: '1',
          ...(url === undefined ? { SALLYPORT_DATA: data } : { SALLYPORT_DATABASE_URL: url }),
        },
      }
      const words = ['serve', '--public-url', publicUrl, '--port', '0']
      const servers = await Promise.all([startServer(words, place), startServer(words, place)])
      const front = await balancer(servers)
      // Connections are kept and used again, as applications do.
      const agent = new Agent({ keepAlive: true, maxSockets: 8 })
      let isOver = false
      let answered = 0
      const failures: unknown[] = []
      const ask = () =>
        new Promise<string>((resolve, reject) => {
          const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: org?.assertion() ?? '' }
          const headers = { 'content-type': 'application/x-www-form-urlencoded' }
          const to = {
            port: front.port,
            host: '127.0.0.1',
            path: '/services/oauth2/token',
            method: 'POST',
            headers,
            agent,
          }
          const sent = request(to, (answer) => {
            text(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject)
          })
          sent.on('error', reject).end(new URLSearchParams(form).toString())
        })
      const caller = async () => {
        while (!isOver) {
          await ask().then(
            (answer) => (answer.startsWith('200 {"access_token"') ? answered++ : failures.push(answer)),
            (error) => failures.push(error),
          )
        }
      }
      const callers = Array.from({ length: 8 }, caller)
      for (const index of [0, 1]) {
        const next = await startServer(words, place)
        const before = servers[index]
        servers.push(next)
        expect(await before?.stop('SIGTERM')).toBe(0)
      }
      isOver = true
      await Promise.all(callers)
      agent.destroy()
      front.close()
      for (const server of servers) await server[Symbol.asyncDispose]()
      expect(failures).toEqual([])
      expect(answered).toBeGreaterThan(100)
    },
    120_000,
  )

  it('is told apart at once: readiness turns red while requests are still answered', async () => {
    using folder = temporaryFolder()
    const place = { env: { ...secrets(), SALLYPORT_DATA: folder.path, SALLYPORT_DRAIN_SECONDS: '30' } }
    await using server = await startServer(['serve', '--public-url', publicUrl, '--port', '0'], place)
    const ready = async () => (await fetch(`${baseOf(server)}/health/ready`)).status
    expect(await ready()).toBe(200)
    server.process.kill('SIGTERM')
    while ((await ready()) === 200);
    const answer = await fetch(`${baseOf(server)}/id/keys`)
    expect([answer.status, answer.headers.get('connection'), await ready()]).toEqual([200, 'close', 503])
    // A second signal ends it at once.
    expect(await server.stop('SIGTERM')).toBe(130)
  })
})

describe('sallyport store rekey', () => {
  it('moves everything to a new key while a server runs, whose key comes from a command', async () => {
    using folder = temporaryFolder()
    const [old, next] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'))
    const place = { SALLYPORT_DATA: folder.path }
    const command = { ...place, SALLYPORT_ENCRYPTION_KEY_COMMAND: `echo ${old}` }
    const first = { ...command, SALLYPORT_FURTHER_ENCRYPTION_KEYS: next ?? '' }
    await using server = await startServer(['serve', '--public-url', publicUrl, '--port', '0'], { env: first })
    const moving = { ...place, SALLYPORT_ENCRYPTION_KEY: next ?? '', SALLYPORT_FURTHER_ENCRYPTION_KEYS: old ?? '' }
    const moved = await run(['store', 'rekey', '--json'], { env: moving })
    expect([moved.status, moved.json.left]).toEqual([0, 0])
    expect(moved.json.resealed).toBeGreaterThan(2)
    expect((await fetch(`${baseOf(server)}/id/keys`)).status).toBe(200)
    const again = await run(['store', 'rekey', '--json'], { env: moving })
    expect(again.json).toEqual({ resealed: 0, left: 0 })
    expect(await server.stop()).toBe(0)
    const stranger = await run(['org', 'list', '--json'], { env: command })
    expect([stranger.status, stranger.stderr]).toEqual([1, expect.stringContaining('another encryption key')])
    expect(
      (await run(['org', 'list', '--json'], { env: { ...place, SALLYPORT_ENCRYPTION_KEY: next ?? '' } })).status,
    ).toBe(0)
  })

  it.each([
    [{ SALLYPORT_ENCRYPTION_KEY_COMMAND: 'exit 3' }, 1, 'ended with 3'],
    [{ SALLYPORT_ENCRYPTION_KEY_COMMAND: 'echo short' }, 2, 'is no encryption key'],
    [{ SALLYPORT_ENCRYPTION_KEY_COMMAND: 'true', SALLYPORT_ENCRYPTION_KEY: 'x' }, 2, 'Give only one of'],
    [
      { SALLYPORT_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'), SALLYPORT_FURTHER_ENCRYPTION_KEYS: 'x' },
      2,
      'is no encryption key',
    ],
  ])('says what is wrong with %o', async (env, code, words) => {
    using folder = temporaryFolder()
    const { status, stderr } = await run(['serve', '--public-url', publicUrl, '--port', '0', '--data', folder.path], {
      env,
    })
    expect([status, stderr]).toEqual([code, expect.stringContaining(words)])
  })
})

describe('traces', () => {
  it('are sent where the standard environment variables say, one span for every request, under the caller’s', async () => {
    using folder = temporaryFolder()
    const sent: string[] = []
    const collector = createHttpServer((message, response) => {
      let body = ''
      message.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      message.on('end', () => {
        sent.push(`${message.url} ${body}`)
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const address = collector.address()
    if (address === null || typeof address === 'string') throw new Error('The collector has no port.')
    const env = {
      ...secrets(),
      SALLYPORT_DATA: folder.path,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_SERVICE_NAME: 'login',
    }
    await using server = await startServer(['serve', '--public-url', publicUrl, '--port', '0'], { env })
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    const answer = await fetch(`${baseOf(server)}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'none-of-these', client_secret: 'geheim' }),
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    })
    expect(await server.stop()).toBe(0)
    collector.close()
    const [first = ''] = sent
    expect(first).toMatch(/^\/v1\/traces /)
    const { resourceSpans } = JSON.parse(first.slice('/v1/traces '.length))
    const span = resourceSpans[0].scopeSpans[0].spans[0]
    expect(span).toMatchObject({ name: 'POST token', traceId: trace, parentSpanId: '00f067aa0ba902b7' })
    const attributes = JSON.stringify(span.attributes)
    expect(attributes).toContain('grant-type-unknown')
    expect(attributes).toContain(answer.headers.get('x-request-id'))
    expect(JSON.stringify(resourceSpans[0].resource)).toContain('"login"')
    expect(first).not.toMatch(/geheim|none-of-these/)
  })
})

describe('sallyport check', () => {
  it('says that a server would start, and changes nothing', async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'data')
    const env = { ...secrets(), SALLYPORT_DATA: data }
    const words = ['check', '--public-url', publicUrl, '--json']
    const empty = await run(words, { env })
    expect([empty.status, empty.json.findings[1].found]).toEqual([
      0,
      expect.stringContaining('made at the first start'),
    ])
    expect(existsSync(data)).toBe(false)
    await run(['org', 'create', 'Acme'], { env })
    const { status, json } = await run(words, { env })
    expect([status, json.isGood]).toEqual([0, true])
    expect(json.findings.map(({ check, result }: { check: string; result: string }) => [check, result])).toEqual([
      ['configuration', 'good'],
      ['database', 'good'],
      ['clock', 'good'],
      ['data folder', 'good'],
      ['TLS', 'mind'],
    ])
    const stranger = await run(words, { env: { ...env, ...secrets() } })
    expect([stranger.status, stranger.json.findings[1]]).toEqual([
      1,
      { check: 'database', result: 'bad', found: expect.stringContaining('another encryption key') },
    ])
  })

  it('says what is missing, and what cannot be reached', async () => {
    using folder = temporaryFolder()
    const nothing = await run(['check', '--json', '--data', folder.path])
    expect([nothing.status, nothing.json.findings[0].result]).toEqual([1, 'bad'])
    expect(nothing.json.findings[0].found).toContain('The public URL is missing')
    const env = { ...secrets(), SALLYPORT_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
    const { status, json } = await run(['check', '--json', '--public-url', 'https://localhost:1'], { env })
    expect(status).toBe(1)
    expect(json.findings[1]).toMatchObject({ check: 'database', result: 'bad' })
    expect(json.findings.at(-1)).toMatchObject({ check: 'TLS', result: 'mind' })
  })
})

describe('several workers', () => {
  it.each<[string, () => Promise<Readonly<Record<string, string>>>]>([
    ['SQLite', async () => ({})],
    ['PostgreSQL', async () => ({ SALLYPORT_DATABASE_URL: await newSchemaUrl() })],
  ])('answer on one port, are replaced when they die, and give their metrics as one (%s)', async (_, place) => {
    using folder = temporaryFolder()
    const env = { ...secrets(), SALLYPORT_DATA: folder.path, ...(await place()) }
    const words = ['serve', '--public-url', publicUrl, '--port', '0', '--metrics-port', '0', '--workers', '2']
    await using server = await startServer(words, { env })
    expect(server.ready).toMatchObject({ workers: 2, url: publicUrl })
    const ask = () =>
      fetch(`${baseOf(server)}/services/oauth2/token`, { method: 'POST', headers: { connection: 'close' } })
    for (let request = 0; request < 10; request++) expect((await ask()).status).toBe(400)
    const { text } = await scraped(`http://127.0.0.1:${server.ready.metricsPort}/metrics`)
    expect(text).toMatch(/sallyport_request_duration_seconds_count\{endpoint="token",outcome="refused"\} 10/)
    const children = readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8')
    const [victim] = children.trim().split(' ').map(Number)
    if (victim === undefined) throw new Error('There are no workers.')
    process.kill(victim, 'SIGKILL')
    while (!server.log().includes('worker')) await ask().catch(() => {})
    expect((await ask()).status).toBe(400)
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  it('fail as one would when they cannot start', async () => {
    using folder = temporaryFolder()
    expect((await run(['org', 'create', 'Acme', '--data', folder.path])).status).toBe(0)
    const words = [
      'serve',
      '--public-url',
      publicUrl,
      '--port',
      '0',
      '--data',
      folder.path,
      '--workers',
      '2',
      '--metrics-port',
      '0',
    ]
    const { status, stderr } = await run(words, { env: secrets() })
    expect([status, stderr]).toEqual([1, expect.stringContaining('was made with another encryption key')])
  })
})
