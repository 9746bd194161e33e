// The OAuth 2.0 web server flow, with PKCE: a person signs in and approves in the browser, and the app gets its tokens.
// Break it on purpose and read why it is refused: --scope wave_api, --wrong-verifier, --callback http://localhost:9/other
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { askForToken, fail, say, settings, show, showListViews } from './steps.mjs'

const { loginUrl, webServer } = settings
if (webServer?.callbackUrl === undefined)
  fail('The web app of the demo is no longer there, or has other callback URLs.')
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: loginUrl },
    callback: { type: 'string', default: webServer.callbackUrl },
    scope: { type: 'string', default: 'api refresh_token' },
    prompt: { type: 'string' },
    'wrong-verifier': { type: 'boolean', default: false },
  },
})

const verifier = randomBytes(32).toString('base64url')
const state = randomBytes(16).toString('base64url')
const { brought } = await listenForCallback(new URL(webServer.callbackUrl))

say('1. Open this in a browser')
const authorizeUrl = `${values.url}/services/oauth2/authorize?${new URLSearchParams({
  response_type: 'code',
  client_id: webServer.consumerKey,
  redirect_uri: values.callback,
  scope: values.scope,
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  ...(values.prompt === undefined ? {} : { prompt: values.prompt }),
})}`
say(`   ${authorizeUrl}`)
say(`   Sign in as ${webServer.username} with the password ${webServer.password ?? 'that you gave it'}`)

say()
say(`2. Waiting for the browser to come back to ${values.callback}`)
const returned = await brought
const { code, error, error_description } = Object.fromEntries(returned)
if (error !== undefined) {
  fail(`   ${error}: ${error_description}`, '', `The whole story: ${settings.sallyport} diagnose --last`)
}
if (returned.get('state') !== state) fail('   It came back with another state than it left with. Start again.')
show({ code })

say()
say('3. The code for tokens')
const tokenUrl = `${values.url}/services/oauth2/token`
say(`   POST ${tokenUrl}`)
say('   grant_type=authorization_code & code & redirect_uri & code_verifier & client_id & client_secret')
const answer = await askForToken(tokenUrl, {
  grant_type: 'authorization_code',
  code,
  redirect_uri: values.callback,
  code_verifier: values['wrong-verifier'] ? randomBytes(32).toString('base64url') : verifier,
  client_id: webServer.consumerKey,
  client_secret: webServer.consumerSecret,
})

say()
say('4. What the access token opens')
await showListViews(answer.instance_url, answer.access_token)

/**
 * Listens at the callback URL; `brought` resolves to what the browser brings there.
 * @param {URL} url
 * @returns {Promise<{ brought: Promise<URLSearchParams> }>}
 */
async function listenForCallback(url) {
  /** @type {(parameters: URLSearchParams) => void} */
  let bring = () => {}
  /** @type {Promise<URLSearchParams>} */
  const brought = new Promise((resolve) => {
    bring = resolve
  })
  const servers = ['127.0.0.1', '::1'].map((host) => ({ host, server: createServer(receive) }))
  // Browsers take `localhost` for either address; a machine that lacks one of them does with the other.
  const opened = await Promise.allSettled(servers.map(({ host, server }) => listening(server, host, Number(url.port))))
  const isTaken = opened.some((each) => each.status === 'rejected' && each.reason.code === 'EADDRINUSE')
  if (isTaken || opened.every(({ status }) => status === 'rejected')) {
    fail(`Port ${url.port}, to which the browser is to come back, is taken. Is another run of this still waiting?`)
  }
  return { brought }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  function receive(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    if (pathname !== url.pathname) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    response.end('Done. The rest happens in the terminal; this window may be closed.\n', () => {
      for (const { server } of servers) {
        server.close()
        server.closeAllConnections()
      }
      bring(searchParams)
    })
  }
}

/**
 * @param {import('node:http').Server} server
 * @param {string} host
 * @param {number} port
 * @returns {Promise<void>}
 */
function listening(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}
