import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A line to a server, on which what is sent may be late, or never come. */
export interface SlowLine {
  readonly port: number
  /** Milliseconds by which everything is late; `undefined` loses it. */
  delay: number | undefined
  close(): void
}

/** Lays a line to a port of this machine. */
export async function slowLine(toPort: number): Promise<SlowLine> {
  const ends = new Set<Socket>()
  const line = { port: 0, delay: 0 as number | undefined, close }
  const entrance = createServer((near) => {
    const far = connect(toPort, '127.0.0.1')
    carry(near, far)
    carry(far, near)
  })
  entrance.listen(0, '127.0.0.1')
  await once(entrance, 'listening')
  const address = entrance.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.')
  line.port = address.port
  return line

  function carry(from: Socket, to: Socket): void {
    ends.add(from)
    from.on('data', async (bytes) => {
      const late = line.delay
      if (late === undefined) return
      if (late > 0) await setTimeout(late)
      to.write(bytes)
    })
    // What is lost is lost for good, and so is the connection.
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }

  function close(): void {
    entrance.close()
    for (const end of ends) end.destroy()
  }
}
