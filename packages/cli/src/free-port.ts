import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port that is free on all these addresses, together with the `following` ones after it.
 * It is let go again, so another program may still be quicker.
 */
export async function freePort(hosts: readonly string[], following = 0): Promise<number> {
  for (;;) {
    const [first] = hosts
    const port = await tryPort(first, 0)
    if (port === undefined || port + following > 65_535) continue
    const others = Array.from({ length: following + 1 }, (_, step) =>
      hosts.map((host) => [host, port + step] as const),
    ).flat()
    const found = await Promise.all(others.map(([host, wanted]) => tryPort(host, wanted)))
    if (!found.includes(undefined)) return port
  }
}

/** The port when it can be had, `undefined` when it is taken. */
async function tryPort(host: string | undefined, port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  } catch (error) {
    const isTaken =
      error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
    // An address family that this machine does not have is nobody's.
    return isTaken ? undefined : port
  } finally {
    server.close()
  }
}
