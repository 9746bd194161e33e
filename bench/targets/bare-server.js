// What node:http alone can do: reads each request to its end and answers bytes of the size that Sallyport answers.
// Plain JavaScript for the same reason as its neighbour.
import { createServer } from 'node:http'

const token = 'A'.repeat(97)
const accessToken = `00D5g000004ExmP!${token}`
const origin = 'http://127.0.0.1:8787'
const identity = {
  instance_url: origin,
  id: `${origin}/id/00D5g000004ExmPEAS/0055g00000BnX2QAAV`,
  token_type: 'Bearer',
}
const signed = { signature: `${'A'.repeat(43)}=`, issued_at: '1558553873237' }
const refreshable = { access_token: accessToken, refresh_token: `5Aep861${token}`, scope: 'refresh_token id api' }

const answers = {
  '/jwt-bearer': { access_token: accessToken, scope: 'id api', ...identity },
  '/code-openid': { ...refreshable, ...identity, ...signed, id_token: 'A'.repeat(900) },
  '/code': { ...refreshable, ...identity, ...signed },
  '/refresh': { access_token: accessToken, scope: 'refresh_token id api', ...identity, ...signed },
  '/userinfo': {
    sub: identity.id,
    user_id: '0055g00000BnX2QAAV',
    organization_id: '00D5g000004ExmPEAS',
    preferred_username: 'user0@bench.example',
    nickname: 'user0',
    name: 'Ada Admin',
    email: 'user0@bench.example',
    email_verified: true,
    given_name: 'Ada',
    family_name: 'Admin',
    zoneinfo: 'Europe/London',
    locale: 'en_US',
    language: 'en_US',
    active: true,
    user_type: 'STANDARD',
    is_app_installed: true,
    updated_at: '2026-01-01T00:00:00Z',
    urls: { rest: `${origin}/services/data/v{version}/`, query: `${origin}/services/data/v{version}/query/` },
  },
  '/introspection': {
    active: true,
    scope: 'refresh_token id api',
    client_id: 'A'.repeat(32),
    username: 'user0@bench.example',
    sub: identity.id,
    token_type: 'access_token',
    exp: 1_558_553_873,
    iat: 1_558_553_873,
    nbf: 1_558_553_873,
  },
  '/revocation': undefined,
}
const bodies = new Map(
  Object.entries(answers).map(([path, body]) => [path, body === undefined ? '' : JSON.stringify(body)]),
)

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = bodies.get(request.url)
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': 'application/json;charset=UTF-8',
      'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': '01890a5d-ac96-774b-bcce-b302099a8057',
      'Content-Length': Buffer.byteLength(body ?? ''),
    })
    response.end(body)
  })
})

process.on('SIGTERM', () => process.exit(0))
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${process.argv[2]}` }))
})
