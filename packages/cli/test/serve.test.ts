import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run, startServer, temporaryFolder } from './program.ts'
import { signsIn, soon } from './wire.ts'

const publicUrl = 'https://login.acme.example'
const env = () => ({ SALLYPORT_ENCRYPTION_KEY: randomBytes(32).toString('base64') })

describe('sallyport serve', () => {
  it('names what is missing, both at once, and how it is had', async () => {
    using folder = temporaryFolder()
    const { status, stderr } = await run(['serve', '--data', folder.path])
    expect(status).toBe(2)
    expect(stderr).toContain('The public URL is missing: give --public-url https://… or set SALLYPORT_PUBLIC_URL.')
    expect(stderr).toContain('the environment variable SALLYPORT_ENCRYPTION_KEY is not set.')
    expect(stderr).toContain("randomBytes(32).toString('base64')")

    const withUrl = await run(['serve', '--data', folder.path], { env: { SALLYPORT_PUBLIC_URL: publicUrl } })
    expect(withUrl.stderr).not.toContain('public URL')
    expect(withUrl.stderr).toContain('SALLYPORT_ENCRYPTION_KEY')
    const withKey = await run(['serve', '--data', folder.path], { env: env() })
    expect(withKey.stderr).toContain('public URL')
    expect(withKey.stderr).not.toContain('SALLYPORT_ENCRYPTION_KEY is not set')
  })

  it('makes nothing by itself; the first org and admin are made by commands while it runs', async () => {
    using folder = temporaryFolder()
    const place = { env: { ...env(), SALLYPORT_DATA: join(folder.path, 'data') } }
    await using server = await startServer(['serve', '--public-url', 'http://localhost:9', '--port', '0'], place)
    const { url, orgs, listening, dataFolder } = server.ready
    expect({ url, orgs, host: listening.host }).toEqual({ url: 'http://localhost:9', orgs: [], host: '127.0.0.1' })
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700)
    const base = `http://127.0.0.1:${listening.port}`
    expect((await fetch(`${base}/health/ready`)).status).toBe(200)

    expect((await run(['org', 'create', 'Acme'], place)).status).toBe(0)
    const words = ['user', 'create', 'ada@acme.example', '--last-name', 'Lovelace', '--profile', 'System Administrator']
    const made = await run([...words, '--password-stdin'], { ...place, input: 'correct horse battery staple' })
    expect(made.status).toBe(0)
    await soon(() => signsIn(base, 'ada@acme.example', 'correct horse battery staple'), Boolean)
    expect(await server.stop()).toBe(0)
  })

  it('tells callers no cause, and is strict unless told otherwise', async () => {
    using folder = temporaryFolder()
    const place = { env: { ...env(), SALLYPORT_DATA: folder.path } }
    const words = ['serve', '--public-url', publicUrl, '--port', '0']
    await using strict = await startServer(words, place)
    const options = ['--posture', 'salesforce', '--set', 'answersIssuer=yes', 'codeLifetime=30']
    await using relaxed = await startServer([...words, ...options], place)
    const statuses = await Promise.all(
      [strict, relaxed].map(async ({ ready }) => {
        const answer = await fetch(`http://127.0.0.1:${ready.listening.port}/services/oauth2/token`)
        expect(answer.headers.get('x-sallyport-cause')).toBeNull()
        expect(answer.headers.get('x-request-id')).not.toBeNull()
        return answer.status
      }),
    )
    expect(statuses[0]).toBe(405)
    expect(statuses[1]).not.toBe(405)
  })

  it('takes every option from the environment too, and names the variable that is wrong', async () => {
    const { status, stderr } = await run(['serve'], { env: { SALLYPORT_SET: 'clockSkew=5,clockSkeww=6' } })
    expect(status).toBe(2)
    expect(stderr).toContain("'SALLYPORT_SET'")
    expect(stderr).toContain('clockSkew, longestLifetime')
  })

  it.each([
    ['--public-url', 'http://login.acme.example', 'Passwords and tokens need https.'],
    ['--public-url', 'https://acme.example/login', 'Enter scheme, host and port only'],
    ['--set', 'clockSkew=yes', 'Enter a whole number from 0 to 600.'],
    ['--trusted-proxy', 'proxy.example', 'is no IP address'],
    ['--posture', 'lax', 'strict, salesforce'],
  ])('refuses %s %s', async (option, value, words) => {
    const { status, stderr } = await run(['serve', option, value])
    expect(status).toBe(2)
    expect(stderr).toContain(words)
  })

  it('refuses a URL of no database that it knows, without repeating it', async () => {
    const { status, stderr } = await run(['serve', '--database', 'mysql://ada:geheim@db.example/sallyport'])
    expect(status).toBe(2)
    expect(stderr).toContain('no URL of a PostgreSQL database')
    expect(stderr).not.toContain('geheim')
  })

  it('leaves a database alone that was made under another key', async () => {
    using folder = temporaryFolder()
    expect((await run(['org', 'create', 'Acme', '--data', folder.path])).status).toBe(0)
    const words = ['serve', '--public-url', publicUrl, '--port', '0', '--data', folder.path]
    const missing = await run(words)
    expect(missing.stderr).toContain(`"$(cat ${join(folder.path, 'encryption.key')})"`)
    const { status, stderr } = await run(words, { env: env() })
    expect(status).toBe(1)
    expect(stderr).toContain('was made with another encryption key')
  })
})
