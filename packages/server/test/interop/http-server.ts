import { type Listening, listen } from '../../src/web/listen.ts'
import { answerOf, startTestServer, type TestServer, type TestServerOptions } from '../flows/test-server.ts'

const host = '127.0.0.1'

/** What a test over HTTP may set. */
export type HttpServerOptions = Omit<TestServerOptions, 'place' | 'clock'>

/**
 * Starts a server that answers over HTTP, by the system's clock: clients of other people speak to nothing less. The
 * login host and each of the two orgs get whatever port is free, and are known by it.
 */
export async function startHttpServer(options: HttpServerOptions = {}): Promise<TestServer> {
  const { promise: ready, resolve } = Promise.withResolvers<TestServer>()
  const failures: unknown[] = []
  const [login, target, other] = await Promise.all([door(), door(), door()])
  const base = `http://${host}:${login.port}`
  const server = await startTestServer({
    ...options,
    place: { base, targetPort: target.port, otherPort: other.port },
    clock: () => new Date(),
  })
  const request: TestServer['request'] = (path, init = {}) =>
    fetch(new URL(path, base), { redirect: 'manual', ...init })
  const overHttp: TestServer = {
    ...server,
    request,
    async post(path, form, headers = {}) {
      return answerOf(await request(path, { method: 'POST', body: new URLSearchParams(form), headers }))
    },
    async close() {
      await Promise.all([login, target, other].map((one) => one.close(0)))
      await server.close()
      if (failures.length > 0) throw new AggregateError(failures, 'A port of the server reported errors.')
    },
  }
  resolve(overHttp)
  return overHttp

  /** Each port is listened on from the first: nobody else can take it before the server is there. */
  function door(): Promise<Listening> {
    return listen({
      answer: async (incoming) => (await ready).sallyport.answer(incoming),
      host,
      port: 0,
      orgs: { list: async () => [] },
      onError: (error) => failures.push(error),
    })
  }
}
