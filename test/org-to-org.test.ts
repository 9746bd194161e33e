import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { certificateFolder, namedCredentials, readDxProject } from '@sallyport/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../packages/cli/src/free-port.ts'
import { type RunningServer, run as runProgram, startServer } from '../packages/cli/test/program.ts'
import { eventually } from './eventually.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }

/** A copy of the example in a folder of its own, whose servers have ports that are free. */
async function example(): Promise<{ readonly folder: string; readonly source: number; readonly target: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-org-to-org-'))
  cpSync(join(root, 'examples/org-to-org'), folder, { recursive: true })
  mkdirSync(join(folder, 'certs'))
  mkdirSync(join(folder, 'new'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const [source, target] = [await freePort(['127.0.0.1', '::1'], 0), await freePort(['127.0.0.1', '::1'], 0)]
  for (const file of ['by-apex-classes.ts', 'force-app/namedCredentials/Target.namedCredential-meta.xml']) {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(':8811', `:${target}`))
  }
  return { folder, source, target }
}

/** Runs lines as one shell would, and ends what they have left running. */
async function pasted(lines: string, cwd: string): Promise<string> {
  // A group of its own, so that all the programs that the lines begin can be ended together.
  const child = spawn('bash', ['-c', `set -eu\n${lines}`], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const outputs = Promise.all([text(child.stdout), text(child.stderr)])
  const status = await ended
  process.kill(-(child.pid ?? 0), 'SIGTERM')
  const [stdout, stderr] = await outputs
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`)
  return stdout
}

const answers = /limits 200 .*\n.*listviews\/ 200 .*"sobjectType":"Account"/

describe('the walkthrough from org to org', () => {
  it('works as it stands, with two servers', async () => {
    const { folder, source, target } = await example()
    const page = readFileSync(join(root, 'docs/walkthroughs/org-to-org.md'), 'utf8')
      .replaceAll(':8811', `:${target}`)
      .replaceAll('--port 8811', `--port ${target}`)
      .replaceAll(':8801', `:${source}`)
      .replaceAll('--port 8801', `--port ${source}`)
    const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')
    const stdout = await pasted(blocks.join('\n'), folder)
    expect(stdout.match(new RegExp(answers, 'g'))).toHaveLength(3)
    expect(stdout).toMatch(/A token for robot@target\.example, of \d+ characters/)
    await rm(folder, { recursive: true })
  })
})

describe('one server with both orgs', () => {
  let server: RunningServer
  let place: Awaited<ReturnType<typeof example>>
  const cli = (...words: readonly string[]) =>
    runProgram(words, { cwd: place.folder, env: { STORE: 'changeit', SALLYPORT_DATA: 'data' } })

  beforeAll(async () => {
    place = await example()
    const { folder, target } = place
    const orgs = (file: string) => readFileSync(join(folder, file), 'utf8').replace(/^#.*\norgs:\n/, '')
    const both = `orgs:\n${orgs('source.yaml')}${orgs('target.yaml').replace('- name: Target', `- name: Target\n    port: ${target}`)}`
    writeFileSync(join(folder, 'both.yaml'), both)
    await cli(
      'keystore',
      'create',
      'OrgA_JWT',
      '--out',
      'certs/source.jks',
      '--certificate-out',
      'OrgA_JWT.crt',
      '--password-env',
      'STORE',
    )
    server = await startServer(['dev', '--org-file', 'both.yaml', '--data', 'data', '--port', '0'], { cwd: folder })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(place.folder, { recursive: true })
  })

  it.each(['by-apex-classes.ts', 'by-named-credential.ts'])('is called in both ways: %s', async (file) => {
    const { stdout } = await run(process.execPath, [file], { cwd: place.folder, env: { ...env, STORE: 'changeit' } })
    expect(stdout).toMatch(answers)
    expect(stdout).not.toContain('"totalSize":0')
  })

  it('goes on while the certificate is changed under traffic', async () => {
    const { folder } = place
    const project = await readDxProject(join(folder, 'force-app'))
    let certificates = await certificateFolder(join(folder, 'certs'), { password: 'changeit' })
    const callouts = namedCredentials({ ...project, certificates: { find: (name) => certificates.find(name) } })
    const limits = 'callout:Target/services/data/v48.0/limits'
    const statuses: number[] = []
    let isOver = false
    const caller = async () => {
      while (!isOver) {
        const answer = await callouts.send({ method: 'GET', url: limits })
        statuses.push(answer.status)
      }
    }
    const traffic = Promise.all([caller(), caller(), caller()]).finally(() => {
      isOver = true
    })
    const made = await cli(
      'keystore',
      'create',
      'OrgA_JWT',
      '--out',
      'new/source.jks',
      '--certificate-out',
      'new.crt',
      '--password-env',
      'STORE',
    )
    const told = await cli('app', 'update', 'Source_Integration', '--certificate-file', 'new.crt', '--org', 'Target')
    expect([made.status, told.status, told.stderr]).toEqual([0, 0, ''])
    const renewed = await certificateFolder(join(folder, 'new'), { password: 'changeit' })
    // A server that runs hears of the new certificate.
    await eventually(() => namedCredentials({ ...project, certificates: renewed }).send({ method: 'GET', url: limits }))
    certificates = renewed
    // The tokens of the old certificate end, so that new ones are asked for with the new one.
    const ended = await cli('app', 'revoke', 'Source_Integration', '--all', '--org', 'Target', '--yes')
    expect([ended.status, ended.stderr]).toEqual([0, ''])
    for (const before = statuses.length; statuses.length < before + 30 && !isOver; )
      await new Promise((resolve) => setImmediate(resolve))
    isOver = true
    await traffic
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('tells a package what to tell the admin', async () => {
    const { folder, target } = place
    const surroundings = {
      ...env,
      STORE: 'changeit',
      ORG_DOMAIN_URL: `http://localhost:${target}`,
      RUNNING_USER: 'robot@target.example',
    }
    const wrong = { ...surroundings, CONSUMER_KEY: 'SourceIntegration0000000001', CERTIFICATE_NAME: 'Gone' }
    const refused = run(process.execPath, ['in-a-package.ts'], { cwd: folder, env: wrong })
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Tell the admin: Data Not Available'),
    })
  })
})
