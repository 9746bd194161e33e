import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { moveTo, separateCores } from '../cores.ts'
import { fire } from '../load.ts'
import { inspectAnswer, scenarios } from '../scenarios.ts'
import type { Supply } from '../targets/target.ts'
import { fill } from './fill.ts'
import { ownServer } from './servers.ts'

// Lets a built checkout of an older version serve on PostgreSQL while this version migrates its database.
const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    tokens: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '8' },
  },
})
if (values.old === undefined) throw new Error('Name a built checkout of the older version: --old <folder>.')
const [tokens, connections] = [Number(values.tokens), Number(values.connections)]
const programOf = (checkout: string) => resolve(checkout, 'packages/cli/bin/sallyport.js')

const cores = separateCores()
if (cores !== undefined) moveTo(cores.generator)
await using own = await ownServer('postgres', cores?.server, programOf(values.old))
const { server } = own
const filled = await fill(server.store, server, { live: tokens, expired: 0, mayHaveParts: false })
console.error(`${tokens} tokens, filled in ${Math.round(filled.secondsTaken)} s.`)
const running = await server.start()
try {
  const checks = server.checks(filled.tokens(5000))
  await press('before', 5)
  let milliseconds = Number.NaN
  const begun = performance.now()
  let isMigrated = false
  // Every command brings the schema up to date before anything else; a server would want the ports of the old one.
  const migrated = server.runBeside(programOf('.'), ['org', 'list']).finally(() => {
    milliseconds = performance.now() - begun
    isMigrated = true
  })
  migrated.catch(() => {})
  do await press('while the new version starts and migrates', 2)
  while (!isMigrated)
  await migrated
  await press('after', 5)
  console.log(`The new version had started and migrated after ${(milliseconds / 1000).toFixed(1)} s.`)

  async function press(when: string, seconds: number): Promise<void> {
    const issuing = running.supply('jwt-bearer', 800 * seconds)
    const [issue, check] = await Promise.all([fireAt(await issuing, 'jwt-bearer'), fireAt(checks, 'introspection')])
    const wrong = [...issue.complaints, ...check.complaints].map(
      ([complaint, count]) => `; WRONG ${count}: ${complaint}`,
    )
    console.log(`${when}: issued ${issue.answered}, p99 ${issue.p99.toFixed(0)} ms, longest ${issue.longest.toFixed(0)} ms; \
checked ${check.answered}, p99 ${check.p99.toFixed(0)} ms, longest ${check.longest.toFixed(0)} ms${wrong.join('')}`)

    function fireAt(supply: Supply, name: string) {
      const scenario = scenarios.find((one) => one.name === name)
      if (scenario === undefined) throw new Error(`There is no scenario ${name}.`)
      const inspect = inspectAnswer.bind(undefined, scenario)
      return fire({ port: server.port, connections, seconds, ...supply, inspect })
    }
  }
} finally {
  await running.process.stop()
}
