import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { freePort } from '../src/free-port.ts'
import { run, startServer, temporaryFolder } from './program.ts'
import { startCaddy } from './proxies.ts'

const caddyfile = readFileSync(new URL('../../../deploy/Caddyfile', import.meta.url), 'utf8')

// Where the nodes are, and where certificates come from, is of the place; all else is what is deployed.
const found = /dynamic a node 8787 \{[^}]*\}/

it('deploy/Caddyfile serves the login host and the own addresses of orgs, whichever node has just ended', async () => {
  using folder = temporaryFolder()
  const key = randomBytes(32).toString('base64')
  const place = { env: { SALLYPORT_DATA: folder.path, SALLYPORT_ENCRYPTION_KEY: key } }
  const port = await freePort(['127.0.0.1'], 0)
  const { json: acme } = await run(['org', 'create', 'Acme', '--my-domain', 'acme', '--json'], place)
  expect(acme.myDomain).toBe('acme')
  const words = ['serve', '--public-url', `https://localhost:${port}`, '--trusted-proxy', '127.0.0.1', '--port', '0']
  await using one = await startServer(words, place)
  await using other = await startServer(words, place)
  const [first, second] = [one, other].map(({ ready }) => `127.0.0.1:${ready.listening.port}`)

  expect(caddyfile).toMatch(found)
  const here = caddyfile
    .replace(
      '{\n',
      `{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttps_port ${port}\n`,
    )
    .replace(found, `to ${first} ${second}`)
    .replace('http://node:8787', `http://${first}`)
  const proxy = await startCaddy(here, folder.path, port, { PUBLIC_HOST: 'localhost' })
  const curl = async (host: string, path: string) => {
    const at = ['--resolve', `${host}:${port}:127.0.0.1`, '--cacert', proxy.root, '--silent', '--show-error']
    const { stdout } = await promisify(execFile)('curl', [
      ...at,
      '--write-out',
      '\n%{http_code}',
      `https://${host}:${port}${path}`,
    ])
    const [status = '', ...body] = stdout.split('\n').reverse()
    return { status: Number(status), body: body.reverse().join('\n') }
  }
  const issuer = async (host: string) => JSON.parse((await curl(host, '/.well-known/openid-configuration')).body).issuer
  try {
    expect(await issuer('localhost')).toBe(`https://localhost:${port}`)
    expect(await issuer('acme.my.localhost')).toBe(`https://acme.my.localhost:${port}`)
    // Nobody gets a certificate for a name that is made up.
    await expect(curl('nobody.my.localhost', '/')).rejects.toThrow(/SSL|TLS|alert/i)
    expect((await curl('localhost', '/metrics')).status).toBe(404)

    await other.stop('SIGKILL')
    for (let time = 0; time < 10; time += 1) expect((await curl('localhost', '/health/ready')).status).toBe(200)
  } finally {
    await proxy.stop()
  }
})
