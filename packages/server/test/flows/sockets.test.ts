import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectedApp } from '../../src/connected-apps/connected-app.ts'
import { type Listening, listen } from '../../src/web/listen.ts'
import { base, startTestServer, type TestServer } from './test-server.ts'
import { credentialsOf, tokensFor } from './test-tokens.ts'

let server: TestServer
let app: ConnectedApp
let listening: Listening
const faults: unknown[] = []

beforeAll(async () => {
  server = await startTestServer()
  app = await server.addApp('Web_App')
  listening = await listen({
    answer: server.sallyport.answer,
    host: '127.0.0.1',
    port: 0,
    orgs: { list: async () => [] },
    onError: (error) => faults.push(error),
  })
})

afterAll(async () => {
  await listening.close(0)
  await server.close()
  expect(faults).toEqual([])
})

/** Sends bytes as they are, and answers all that comes back until the connection closes. */
function send(...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(listening.port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part, 'latin1')
    })
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      received += text
    })
    socket.on('close', () => resolve(received))
    socket.on('error', (error) => (received === '' ? reject(error) : resolve(received)))
  })
}

const head = (start: string, ...headers: readonly string[]) =>
  `${[start, 'Host: localhost:8787', ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(answer)?.[1])
const postHead = (...headers: readonly string[]) =>
  head('POST /services/oauth2/token HTTP/1.1', 'Content-Type: application/x-www-form-urlencoded', ...headers)

describe('over a socket', () => {
  it('a token request may come in chunks, without a length, as jsforce and the Salesforce CLI send it', async () => {
    const user = await server.addUser('ada@target.example')
    const { refresh_token } = await tokensFor(server, user, app)
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, ...credentialsOf(app) }).toString()
    const middle = Math.floor(form.length / 2)
    const chunks = [form.slice(0, middle), form.slice(middle), ''].map(
      (part) => `${part.length.toString(16)}\r\n${part}\r\n`,
    )
    const answer = await send(postHead('Transfer-Encoding: chunked'), ...chunks)
    expect(statusOf(answer)).toBe(200)
    expect(answer).toContain('"access_token":"00D')
  })

  it('a body that announces too much is refused before it comes', async () => {
    const answer = await send(postHead('Content-Length: 1000000'))
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain('request too large')
  })

  it('a body in chunks is refused as soon as it is too much', async () => {
    const chunk = `2000\r\n${'x'.repeat(8192)}\r\n`
    const answer = await send(
      postHead('Transfer-Encoding: chunked'),
      ...Array.from({ length: 9 }, () => chunk),
      '0\r\n\r\n',
    )
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain('request too large')
  })

  it.each([
    ['headers of 20 KiB', head('GET / HTTP/1.1', `X-Long: ${'x'.repeat(20_000)}`), 431],
    ['a URL of 20 KiB', head(`GET /?${'x'.repeat(20_000)} HTTP/1.1`), 431],
    ['both a length and chunks', postHead('Content-Length: 3', 'Transfer-Encoding: chunked'), 400],
    ['two lengths', postHead('Content-Length: 3', 'Content-Length: 4'), 400],
    ['a length that is none', postHead('Content-Length: 3x'), 400],
    ['a header name with a space', head('GET / HTTP/1.1', 'X Bad: 1'), 400],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP at all', 'junk\r\n\r\n', 400],
  ])('%s are refused', async (_, request, status) => {
    expect(statusOf(await send(request))).toBe(status)
  })

  it('a request for another site is answered as our own', async () => {
    const answer = await send(head('GET http://evil.example/.well-known/openid-configuration HTTP/1.1'))
    expect(answer).not.toContain('evil')
    if (statusOf(answer) === 200) expect(answer).toContain(`"issuer":"${base}"`)
  })

  it('what a client writes into a header comes back in none', async () => {
    const answer = await send(
      head('GET /services/oauth2/authorize?state=%0d%0aX-Evil:%201&client_id=%0d%0aX-Evil:1 HTTP/1.1'),
    )
    expect(statusOf(answer)).toBe(400)
    expect(answer).not.toMatch(/^x-evil/im)
  })

  it('a HEAD has the headers of a GET and no body', async () => {
    const answer = await send(head('HEAD /id/keys HTTP/1.1'))
    expect(statusOf(answer)).toBe(200)
    expect(answer.split('\r\n\r\n')[1]).toBe('')
  })
})

describe('the ports of orgs', () => {
  it('are listened on as they are set; one that is taken is told once, and keeps no other org from its own', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = portOf(other)
    const spare = createServer().listen(0, '127.0.0.1')
    await once(spare, 'listening')
    const free = portOf(spare)
    spare.close()
    await once(spare, 'close')

    let ports: readonly number[] = []
    const told: string[] = []
    const looks = new EventTarget()
    const following = await listen({
      answer: server.sallyport.answer,
      host: '127.0.0.1',
      port: 0,
      orgs: {
        list: async () => {
          looks.dispatchEvent(new Event('look'))
          return ports.map((port) => ({ ...server.org, port }))
        },
      },
      onError: (_, where) => told.push(where),
    })
    try {
      ports = [taken, free]
      for (let look = 0; look < 4; look++) await once(looks, 'look')
      expect((await fetch(`http://127.0.0.1:${free}/health/live`)).status).toBe(200)
      expect(told).toEqual([`the port ${taken} of an org`])
    } finally {
      await following.close(0)
      other.close()
    }
  })
})

function portOf(listener: ReturnType<typeof createServer>): number {
  const address = listener.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
