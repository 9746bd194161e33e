import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/**
 * The app at the other end of a callback URL: it keeps what browsers bring back to it. At `/onward?to=` it sends them on
 * at once, and at `/frame?of=` it frames.
 */
export interface CallbackServer {
  readonly url: string
  /** What was brought, latest last: the parameters of the query string, or those of the form where one was posted. */
  readonly received: { readonly method: string; readonly parameters: Readonly<Record<string, string>> }[]
  close(): Promise<void>
}

/** Starts one on whatever port of loopback is free. */
export async function startCallbackServer(): Promise<CallbackServer> {
  const received: CallbackServer['received'] = []
  const server = createServer(async (request, response) => {
    const { method = '' } = request
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    response.setHeader('content-type', 'text/html;charset=UTF-8')
    if (url.pathname === '/frame') {
      response.end(page(`<iframe title="Framed" src="${url.searchParams.get('of')}"></iframe>`))
      return
    }
    if (url.pathname === '/onward') {
      response.writeHead(303, { location: url.searchParams.get('to') ?? '/' }).end()
      return
    }
    if (url.pathname !== '/callback') {
      response.writeHead(404).end()
      return
    }
    const parameters = method === 'POST' ? new URLSearchParams(await text(request)) : url.searchParams
    received.push({ method, parameters: Object.fromEntries(parameters) })
    response.end(page('Back in the app.'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The callback server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/callback`,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function page(content: string): string {
  return `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>The app</title>${content}`
}
