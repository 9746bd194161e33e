import type { PrometheusMeter } from '@sallyport/server'

// As in the server: imported, it would load what only its WebSocket needs.
const { createServer } = process.getBuiltinModule('node:http')

/** What gives the metrics on a port of their own. */
export interface MetricsListener {
  readonly port: number
  close(): Promise<void>
}

/**
 * Gives what a meter counted at `/metrics`, to whoever reaches the port: it is for the inner network.
 * @throws {Error} with `code` when the port cannot be had
 */
export function listenForMetrics(
  meter: Pick<PrometheusMeter, 'contentType' | 'text'>,
  host: string,
  port: number,
): Promise<MetricsListener> {
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Metrics are at /metrics.\n')
      return
    }
    const text = await meter.text()
    response.writeHead(200, { 'content-type': meter.contentType, 'cache-control': 'no-store' }).end(text)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}
