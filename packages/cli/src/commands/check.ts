import { stat } from 'node:fs/promises'
import { connect } from 'node:tls'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { inspectDatabase, inspectReplica, sealWith } from '@sallyport/server'
import { readFurtherKeys } from '../data-folder.ts'
import { type DatabaseServer, databasePlace } from '../database-place.ts'
import { Failure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import { metricsPlace, needed } from './serve/needed.ts'
import { type ReadOptions, serverCommand, serverOptions } from './serve/server-command.ts'

/** What one check came to. */
interface Finding {
  readonly check: string
  readonly result: 'good' | 'mind' | 'bad'
  readonly found: string
}

/** `sallyport check`: whether a server with these options would start and work. Changes nothing. */
export function check(terminal: Terminal): CommandUnknownOpts {
  return serverCommand('check')
    .summary('check configuration, keys, database, clock and TLS')
    .description(
      'Checks what `sallyport serve` would be started with, without starting it: the configuration, the encryption key, the ' +
        'database and its schema, the clock, and the certificate that the public URL answers with. It changes nothing. Exit ' +
        'code 1 when something would stop the server.',
    )
    .addHelpText('after', '\nExample:\n  sallyport check --config /etc/sallyport/sallyport.yaml')
    .action(async (options) => {
      const findings = await found(options)
      const { green, red, yellow } = terminal.style
      const marks = { good: green('✓'), mind: yellow('!'), bad: red('✗') }
      const text = findings.map(({ check, result, found }) => `${marks[result]} ${check}: ${found}`).join('\n')
      const isGood = findings.every(({ result }) => result !== 'bad')
      terminal.answer({ isGood, findings }, text)
      if (!isGood)
        throw new Failure('The server would not start, or not work.', { next: 'Mend what is marked with ✗.' })
    })
}

async function found(options: ReadOptions): Promise<readonly Finding[]> {
  const place = databasePlace(options)
  const configured = await attempt('configuration', async () => {
    const { mainUrl, key } = needed(options.publicUrl, place.folder, process.env)
    metricsPlace(options, process.env)
    const { posture } = serverOptions(options, mainUrl)
    const seal = sealWith(key, readFurtherKeys(process.env))
    return {
      value: { mainUrl, seal },
      found: `complete; posture ${options.posture}, codes live ${posture.codeLifetime} s`,
    }
  })
  if (configured.value === undefined) return [configured.finding]
  const { mainUrl, seal } = configured.value
  const database = await attempt('database', async () => {
    if (place.server === undefined && !place.folder.hasDatabase) {
      return { value: undefined, found: `none in ${place.folder.path} yet; it will be made at the first start` }
    }
    const before = Date.now()
    const findings = await inspectDatabase(place.server ?? { file: place.folder.database }, seal)
    const { version, newest } = findings
    const value = { ...findings, before, after: Date.now() }
    if (version === 0) return { value, found: 'empty; its tables will be made at the first start' }
    const schema =
      version === newest
        ? `schema ${version}, up to date`
        : `schema ${version}, to be brought to ${newest} at the start`
    return { value, found: `opens with this encryption key; ${schema}` }
  })
  return [
    configured.finding,
    database.finding,
    ...(database.value === undefined ? [] : [clockFinding(database.value)]),
    ...(await replicaFindings(database.value === undefined ? undefined : place.server)),
    ...(place.server === undefined && place.folder.hasDatabase ? [await folderFinding(place.folder.path)] : []),
    await tlsFinding(mainUrl),
  ]
}

interface Attempt<Value> {
  readonly finding: Finding
  readonly value: Value | undefined
}

async function attempt<Value>(
  check: string,
  act: () => Promise<{ readonly value: Value | undefined; readonly found: string }>,
): Promise<Attempt<Value>> {
  try {
    const { value, found } = await act()
    return { value, finding: { check, result: 'good', found } }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const problems = error instanceof Failure ? error.problems : []
    return { value: undefined, finding: { check, result: 'bad', found: [error.message, ...problems].join(' ') } }
  }
}

// Seconds that the clocks of nodes may be apart: they decide what has expired.
const mostApart = 2

function clockFinding({
  time,
  before,
  after,
}: {
  readonly time: Date
  readonly before: number
  readonly after: number
}): Finding {
  const apart = Math.max(0, before - time.getTime() - 1000, time.getTime() - after) / 1000
  const found = apart < 1 ? 'agrees with that of the database' : `${apart.toFixed(1)} s away from that of the database`
  return apart > mostApart
    ? { check: 'clock', result: 'bad', found: `${found}: set it by NTP, or assertions and codes are refused` }
    : { check: 'clock', result: 'good', found }
}

/** A server starts without its replica, which may come later; it only answers all by itself until then. */
async function replicaFindings(server: DatabaseServer | undefined): Promise<readonly Finding[]> {
  if (server?.replica === undefined) return []
  const { finding } = await attempt('replica', async () => {
    await inspectReplica(server)
    return { value: undefined, found: 'follows the database closely enough' }
  })
  return [finding.result === 'bad' ? { ...finding, result: 'mind' } : finding]
}

async function folderFinding(path: string): Promise<Finding> {
  const { mode } = await stat(path)
  return (mode & 0o077) === 0
    ? { check: 'data folder', result: 'good', found: `${path} is its owner’s alone` }
    : { check: 'data folder', result: 'mind', found: `${path} can be read by others: chmod 700 ${path}` }
}

// Milliseconds that the public URL has to answer.
const patience = 5000
const warnedDays = 21

async function tlsFinding(mainUrl: string): Promise<Finding> {
  const url = new URL(mainUrl)
  if (url.protocol === 'http:')
    return { check: 'TLS', result: 'mind', found: `none at ${mainUrl}: for this machine alone` }
  const port = url.port === '' ? 443 : Number(url.port)
  try {
    const until = await certificateEnd(url.hostname, port)
    const days = Math.floor((until.getTime() - Date.now()) / 86_400_000)
    const found = `the certificate at ${mainUrl} is good for ${days} more days`
    return { check: 'TLS', result: days < warnedDays ? 'mind' : 'good', found }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { check: 'TLS', result: 'mind', found: `nothing good answers at ${mainUrl} from here: ${reason}` }
  }
}

/** When the certificate ends that a host answers with; only one that is trusted counts. */
function certificateEnd(host: string, port: number): Promise<Date> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: patience }, () => {
      resolve(new Date(socket.getPeerCertificate().valid_to))
      socket.destroy()
    })
    socket.on('timeout', () => socket.destroy(new Error(`no answer within ${patience / 1000} s`)))
    socket.on('error', reject)
  })
}
