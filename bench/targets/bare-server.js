// What node:http alone can do: reads each request to its end, and answers as many bytes as Sallyport does.
// Plain JavaScript for the same reason as its neighbour.
import { createServer } from 'node:http'

const token = { access_token: 'A', token_type: 'Bearer' }
const bodies = new Map([
  ['/jwt-bearer', filled(token, 288)],
  ['/code-openid', filled({ ...token, refresh_token: 'A', id_token: 'A' }, 1228)],
  ['/code', filled({ ...token, refresh_token: 'A' }, 488)],
  ['/code-jwt', filled({ ...token, refresh_token: 'A', token_format: 'A' }, 1460)],
  ['/refresh', filled(token, 382)],
  ['/hybrid-refresh', filled({ ...token, parent_sid: 'A', visualforce_sid: 'A' }, 930)],
  ['/userinfo', filled({ sub: 'A', name: 'A', email: 'A' }, 1936)],
  ['/introspection', filled({ active: true, scope: 'A', client_id: 'A' }, 282)],
  ['/revocation', ''],
  ['/asset-token', filled({ ...token, issued_token_type: 'A' }, 1500)],
  ['/device', filled({ device_code: 'A', user_code: 'A', verification_uri: 'A' }, 181)],
  ['/push', filled({ request_uri: 'A', expires_in: 60 }, 140)],
  ['/headless', ''],
  ['/saml-sign-in', ''],
  ['/record', filled({ Id: 'A', Name: 'A' }, 1010)],
  ['/query', filled({ totalSize: 25, records: 'A' }, 4560)],
])

const statuses = new Map([
  ['/push', 201],
  ['/headless', 302],
  ['/saml-sign-in', 303],
])
const location = `https://app.example.com/callback?code=${'A'.repeat(90)}`

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = bodies.get(request.url)
    const status = statuses.get(request.url) ?? 200
    response.writeHead(body === undefined ? 404 : status, {
      ...(status >= 302 && { Location: location }),
      ...(request.url === '/saml-sign-in' && { 'Set-Cookie': `sid=${'A'.repeat(52)}; Path=/; HttpOnly; SameSite=Lax` }),
      'X-Content-Type-Options': 'nosniff',
      'Content-Type': 'application/json;charset=UTF-8',
      'Cache-Control': 'no-cache,must-revalidate,max-age=0,no-store,private',
      Pragma: 'no-cache',
      'X-Request-Id': 'mwtyv5iq3mVhzNgZ0r',
      'Content-Length': Buffer.byteLength(body ?? ''),
    })
    response.end(body)
  })
})

process.on('SIGTERM', () => process.exit(0))
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${process.argv[2]}` }))
})

/** A JSON object of so many bytes that has these members. */
function filled(members, bytes) {
  const missing = bytes - JSON.stringify({ ...members, filling: '' }).length
  return JSON.stringify({ ...members, filling: 'A'.repeat(missing) })
}
