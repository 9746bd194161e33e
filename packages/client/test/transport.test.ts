import { describe, expect, it } from 'vitest'
import { type TransportOptions, transport } from '../src/transport.ts'
import { type Answering, faultServer, json } from './fault-server.ts'

/** A transport that waits not at all, and notes for how long it would have. */
function impatient(options: TransportOptions = {}) {
  const waits: number[] = []
  const send = transport({
    wait: async (milliseconds) => {
      waits.push(milliseconds)
    },
    spread: () => 1,
    ...options,
  })
  return { send, waits }
}

const answers = (...each: readonly Answering[]): Answering =>
  (() => {
    let count = 0
    return (...given: Parameters<Answering>) => {
      const answer = each[Math.min(count, each.length - 1)]
      count += 1
      answer?.(...given)
    }
  })()

const ok: Answering = (_, response) => json(response, 200, { fine: true })
const status =
  (code: number, headers: Record<string, string> = {}): Answering =>
  (_, response) =>
    json(response, code, {}, headers)
const hangsUp: Answering = (request) => request.socket.destroy()
const half: Answering = (request, response) => {
  response.writeHead(200, { 'content-length': '1000' })
  response.write('{"half":')
  setImmediate(() => request.socket.destroy())
}

describe('a request', () => {
  it('that is refused for now is sent again, after waits that double', async () => {
    await using server = await faultServer(answers(status(503), status(429), ok))
    const { send, waits } = impatient()
    expect((await send({ method: 'POST', url: server.url })).status).toBe(200)
    expect(waits).toEqual([200, 400])
  })

  it('waits as long as Retry-After says, in seconds or until a date', async () => {
    const now = new Date('2026-01-01T00:00:00Z')
    const until = 'Thu, 01 Jan 2026 00:00:07 GMT'
    await using server = await faultServer(
      answers(status(429, { 'retry-after': '3' }), status(503, { 'retry-after': until }), ok),
    )
    const { send, waits } = impatient({ now: () => now })
    await send({ method: 'GET', url: server.url })
    expect(waits).toEqual([3000, 7000])
  })

  it('is not sent again when it should wait for longer than anybody wants to', async () => {
    await using server = await faultServer(status(503, { 'retry-after': '3600' }))
    const { send, waits } = impatient()
    expect((await send({ method: 'GET', url: server.url })).status).toBe(503)
    expect([waits, server.requests.length]).toEqual([[], 1])
  })

  it('is given up after the last try, and the last answer is the answer', async () => {
    await using server = await faultServer(status(503))
    const { send } = impatient({ retries: 2 })
    expect((await send({ method: 'GET', url: server.url })).status).toBe(503)
    expect(server.requests).toHaveLength(3)
  })

  it.each([
    ['breaks off', hangsUp],
    ['has half an answer', half],
  ])('that %s is sent again if it may be repeated', async (_, fault) => {
    await using server = await faultServer(answers(fault, ok))
    const { send } = impatient()
    expect((await send({ method: 'GET', url: server.url })).status).toBe(200)
  })

  it.each([
    ['breaks off', hangsUp],
    ['has half an answer', half],
  ])('that %s is not sent again if the first may have done something', async (_, fault) => {
    await using server = await faultServer(answers(fault, ok))
    const { send } = impatient()
    await expect(send({ method: 'POST', url: server.url })).rejects.toMatchObject({ reason: 'cut-off' })
    expect(server.requests).toHaveLength(1)
  })

  it('that reaches nobody says so, with the host and nothing else of the URL', async () => {
    const gone = await faultServer(ok)
    await gone[Symbol.asyncDispose]()
    const { send, waits } = impatient()
    const refused = send({ method: 'POST', url: `${gone.url}/secret?token=secret` })
    await expect(refused).rejects.toMatchObject({ reason: 'unreachable', message: expect.stringContaining(gone.host) })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
    expect(waits).toHaveLength(3)
  })

  it.each([
    ['GET', 'x'],
    ['TRACE', undefined],
  ])('that cannot be sent says so, and not that a connection broke: %s', async (method, body) => {
    await using server = await faultServer(ok)
    const { send, waits } = impatient()
    const refused = send({ method, url: `${server.url}/secret`, ...(body === undefined ? {} : { body }) })
    await expect(refused).rejects.toMatchObject({ reason: 'not-sent', message: expect.stringContaining(server.host) })
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
    expect([waits, server.requests.length]).toEqual([[], 0])
  })

  it('that nobody answers ends after its time', async () => {
    await using server = await faultServer(() => undefined)
    const { send } = impatient({ timeout: 30, retries: 0 })
    await expect(send({ method: 'GET', url: server.url })).rejects.toMatchObject({ reason: 'timeout' })
  })

  it('ends when its caller wants it to, with the caller’s reason', async () => {
    const stop = new AbortController()
    await using server = await faultServer(() => stop.abort(new Error('no longer needed')))
    const { send } = impatient()
    await expect(send({ method: 'GET', url: server.url }, { signal: stop.signal })).rejects.toThrow('no longer needed')
    await expect(send({ method: 'GET', url: server.url }, { signal: stop.signal })).rejects.toThrow('no longer needed')
    expect(server.requests).toHaveLength(1)
  })

  it('ends while it waits to be sent again', async () => {
    const stop = new AbortController()
    await using server = await faultServer((_, response) => {
      json(response, 503, {}, { 'retry-after': '20' })
      response.on('finish', () => setImmediate(() => stop.abort(new Error('enough'))))
    })
    await expect(transport()({ method: 'GET', url: server.url }, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('does not follow a redirect, so that nothing goes to another host', async () => {
    await using other = await faultServer(ok)
    await using server = await faultServer((_, response) => response.writeHead(307, { location: other.url }).end())
    const { send } = impatient()
    const answer = await send({
      method: 'POST',
      url: server.url,
      headers: { authorization: 'Bearer x' },
      body: 'secret',
    })
    expect(answer.status).toBe(307)
    expect(other.requests).toEqual([])
  })

  it('does not take a body without end', async () => {
    await using server = await faultServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    const { send } = impatient({ mostBytes: 100_000 })
    await expect(send({ method: 'GET', url: server.url })).rejects.toMatchObject({ reason: 'too-large' })
  })
})
