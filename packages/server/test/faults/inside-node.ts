import { defaultServerOptions, salesforcePosture } from '../../src/options.ts'
import { sallyport } from '../../src/sallyport.ts'
import { openStores } from '../../src/stores/open.ts'
import { Unavailable } from '../../src/unavailable.ts'
import { answerOf } from '../flows/test-server.ts'
import { testSeal } from '../stores/open-test-stores.ts'
import { base, type Node } from './killable-server.ts'

/** A node in the test's own process, with connections and caches of its own. */
export interface InsideNode extends Node, AsyncDisposable {}

/** Starts one on the database of a PostgreSQL URL. */
export async function startInsideNode(url: string, name: string): Promise<InsideNode> {
  const now = () => new Date()
  const onError = (error: unknown) => {
    if (!(error instanceof Unavailable)) throw error
  }
  const stores = await openStores({ url, seal: testSeal, now, onError })
  const options = { ...defaultServerOptions, mainUrl: base, posture: salesforcePosture }
  const server = await sallyport({ options, stores, seal: testSeal, now, onError })
  const request: Node['request'] = (path, init = {}) => {
    const url = new URL(path, base)
    const request = new Request(url, { redirect: 'manual', ...init })
    request.headers.set('host', url.host)
    return server.fetch(request)
  }
  return {
    name,
    base,
    request,
    post: async (path, form, headers = {}) =>
      answerOf(await request(path, { method: 'POST', body: new URLSearchParams(form), headers })),
    get: async (path, accessToken) =>
      answerOf(await request(path, { headers: { authorization: `Bearer ${accessToken}` } })),
    async [Symbol.asyncDispose]() {
      server.stop()
      await stores.close()
    },
  }
}
