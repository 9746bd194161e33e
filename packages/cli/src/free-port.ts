import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections, which come and go all the time.
const lowest = 10_240
const highest = 32_000

/**
 * A port that is free on all these addresses, together with the `following` ones after it.
 * It is let go again, so another program may still be quicker.
 */
export async function freePort(hosts: readonly string[], following: number): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest - following)
    const wanted = Array.from({ length: following + 1 }, (_, step) => port + step)
    const free = await Promise.all(wanted.flatMap((each) => hosts.map((host) => isFree(host, each))))
    if (!free.includes(false)) return port
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch (error) {
    // An address of a family that this machine does not have is nobody's.
    return !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
  }
}
