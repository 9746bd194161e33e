import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server answers to a request, by hand: anything that can go wrong on a wire. */
export type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server of the test's own, on a port of this machine. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string
  readonly host: string
  /** The requests that have come, with their bodies. */
  readonly requests: readonly { readonly method: string; readonly url: string; readonly body: string }[]
}

/** Starts a server that answers as it is told. */
export async function faultServer(answer: Answering): Promise<FaultServer> {
  const requests: { method: string; url: string; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', body })
      answer(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = isPort(address) ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function isPort(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}

/** Answers JSON. */
export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}
