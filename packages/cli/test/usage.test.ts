import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeVersionProblem } from '../bin/node-version.js'
import { readDuration } from '../src/options.ts'
import { run, temporaryFolder } from './program.ts'

describe('a command that is written wrongly', () => {
  const folder = temporaryFolder()
  const place = { cwd: folder.path, env: { SALLYPORT_DATA: 'data' } }

  beforeAll(async () => {
    await run(['org', 'create', 'Acme'], place)
  })
  afterAll(() => folder[Symbol.dispose]())

  it.each([
    ['no command at all', []],
    ['a command that there is not', ['orgs']],
    ['a group without a command', ['user']],
    ['an option that there is not', ['user', 'list', '--all']],
    ['an argument missing', ['user', 'show']],
    ['an argument too many', ['user', 'show', 'a@b.example', 'c@d.example']],
    ['a value that cannot be', ['dev', '--port', '70000']],
    ['no name for the data folder', ['org', 'list', '--data', '']],
    ['neither of two options', ['app', 'revoke', 'Any']],
    ['neither a request nor --last', ['diagnose']],
  ])('ends with 2 and says so on standard error: %s', async (_, words) => {
    const { status, stdout, stderr } = await run(words, place)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).not.toBe('')
  })

  it('is told to programs in JSON, with what to do next', async () => {
    const { stderr } = await run(['user', 'list', '--colour', '--json'])
    expect(JSON.parse(stderr)).toEqual({
      error: { message: "Unknown option '--colour'.", next: 'See how it is written: sallyport user list --help' },
    })
  })
})

describe('sallyport help', () => {
  it.each([
    [['help'], ['--help']],
    [
      ['help', 'app'],
      ['app', '--help'],
    ],
    [
      ['app', 'help', 'create'],
      ['app', 'create', '--help'],
    ],
  ])('explains as --help does: %s', async (words, same) => {
    const { status, stdout } = await run(words)
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: sallyport')
    expect(stdout).toBe((await run(same)).stdout)
  })
})

describe('a duration', () => {
  it.each([
    ['900', 900],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['30d', 2_592_000],
  ])('%s is %d seconds', (text, seconds) => {
    expect(readDuration(text)).toBe(seconds)
  })

  it.each(['', 'm', '1w', '-1', '1.5h', '1 h'])('cannot be %j', (text) => {
    expect(() => readDuration(text)).toThrow('such as 900, 15m')
  })
})

describe('help', () => {
  it('is printed to standard output, and is no failure', async () => {
    const { status, stdout, stderr } = await run(['app', 'create', '--help'])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Usage: sallyport app create')
    expect(stdout).toContain('Examples:')
  })

  it('offers no option that would take a secret on the command line', async () => {
    const commands = [
      ['user', 'create'],
      ['user', 'set-password'],
      ['app', 'create'],
      ['certificate', 'import'],
      ['keystore', 'convert'],
      ['keystore', 'create'],
      ['login', 'web'],
      ['login', 'jwt'],
      ['login', 'saml-bearer'],
      ['login', 'saml-assertion'],
      ['login', 'client-credentials'],
      ['login', 'password'],
      ['login', 'headless'],
      ['serve'],
    ]
    const texts = await Promise.all(commands.map(async (words) => (await run([...words, '--help'])).stdout))
    const options = texts.flatMap((text) => [...text.matchAll(/^ +(--[a-z-]+)(?: <([^>]+)>)?/gm)])
    const secrets = options.filter(([, name = '']) => /password|secret|private-key|encryption-key/.test(name))
    expect(secrets.length).toBeGreaterThan(9)
    for (const [, name, takes = 'nothing'] of secrets) {
      expect([name, takes]).toEqual([name, expect.stringMatching(/^(?:nothing|variable|file|KiB|number)$/)])
    }
  })
})

describe('a folder without a database', () => {
  it('is said to have none, with the two ways to one', async () => {
    using folder = temporaryFolder()
    const { status, stderr } = await run(['user', 'list', '--data', folder.path])
    expect(status).toBe(1)
    expect(stderr).toContain(`There is no database in ${folder.path}.`)
    expect(stderr).toContain('Run `sallyport dev` first, or make an org: sallyport org create <name>.')
  })

  it('is made by the command that makes the first org, for its owner only', async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'deep', 'data')
    const { status, stdout } = await run(['org', 'create', 'Acme', '--data', data])
    expect([status, stdout]).toEqual([0, expect.stringContaining('✓ Made the org “Acme” (00D')])
    expect((await run(['org', 'list', '--json', '--data', data])).json).toMatchObject([{ name: 'Acme' }])
  })
})

describe('a Node.js that is too old', () => {
  it('is told in one line what is needed, what was found, and how to mend it', async () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.20.2' })"
    const { status, stdout, stderr } = await run(['dev'], { nodeOptions: ['--import', old] })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([
      'Sallyport needs Node.js 24 or newer, and this is 20.20.2: run it inside the repository as `npm start` or ' +
        '`npx sallyport …`, which use the Node.js that comes with it (after `npm ci`), or install a newer one.',
    ])
  })

  it.each(['24.0.0', '24.21.0', '26.1.0', '100.0.0'])('is not one of %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined()
  })
})
