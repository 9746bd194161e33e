import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { writeRequest } from './http.ts'
import { fire } from './load.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

it('sends each request once when none may go again', async () => {
  const paths: (string | undefined)[] = []
  const port = await serve(({ url }, response) => {
    paths.push(url)
    response.end('{}')
  })
  const requests = Array.from({ length: 20 }, (_, index) => writeRequest({ host: 'x', path: `/${index}` }))
  const { answered, complaints } = await fire({
    port,
    connections: 4,
    requests,
    reusable: false,
    seconds: 60,
    inspect: () => undefined,
  })
  expect(answered).toBe(20)
  expect(complaints.size).toBe(0)
  expect(paths.toSorted()).toEqual(requests.map((_, index) => `/${index}`).toSorted())
})

it('counts what is said against answers', async () => {
  const port = await serve(({ url }, response) => {
    response.statusCode = url === '/2' ? 500 : 200
    response.end()
  })
  const requests = [1, 2, 3].map((number) => writeRequest({ host: 'x', path: `/${number}` }))
  const inspect = ({ status }: { status: number }) => (status === 200 ? undefined : String(status))
  const { complaints } = await fire({ port, connections: 1, requests, reusable: false, seconds: 60, inspect })
  expect(complaints).toEqual(new Map([['500', 1]]))
})

it('counts a connection that closed instead of answering', async () => {
  const port = await serve(({ socket }) => socket.destroy())
  const requests = [writeRequest({ host: 'x', path: '/' })]
  const { answered, complaints } = await fire({
    port,
    connections: 1,
    requests,
    reusable: false,
    seconds: 60,
    inspect: () => undefined,
  })
  expect(answered).toBe(0)
  expect([...complaints.keys()]).toContain('connection closed before the answer')
})

it('sends as many in a second as it is told, and counts a late answer from when its request was due', async () => {
  const port = await serve((_, response) => setTimeout(() => response.end('{}'), 20))
  const requests = [writeRequest({ host: 'x', path: '/' })]
  const inspect = () => undefined
  const volley = { port, requests, reusable: true, seconds: 0.4, inspect }
  const inTime = await fire({ ...volley, connections: 16, perSecond: 50 })
  expect(inTime.answered).toBeLessThanOrEqual(20)
  // One connection takes 20 ms for each: of 200 in a second most are late, and later and later.
  const late = await fire({ ...volley, connections: 1, perSecond: 200 })
  expect(late.p99).toBeGreaterThan(100)
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
