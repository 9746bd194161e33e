import { join } from 'node:path'
import { writeRequest } from '../http.ts'
import type { ScenarioName } from '../scenarios.ts'
import { freePort, startServer } from '../server-process.ts'
import type { Place, PreparedTarget, RunningTarget, Target } from './target.ts'

/** `node:http` with nothing behind it: what the runtime alone allows, and so how far the load generator reaches. */
export const bare: Target = { name: 'bare', title: 'bare `node:http`', prepare }

async function prepare({ folder, core, nodeArguments }: Place): Promise<PreparedTarget> {
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  const form = { client_id: 'A'.repeat(32), client_secret: 'A'.repeat(64) }
  const code = { grant_type: 'authorization_code', redirect_uri: 'https://app.example.com/callback', ...form }
  const exchange = { grant_type: 'A'.repeat(47), subject_token_type: 'A'.repeat(37) }
  const requests: Readonly<Record<ScenarioName, Buffer>> = {
    'jwt-bearer': post('/jwt-bearer', { assertion: 'A'.repeat(640) }),
    'jwt-bearer-jti': post('/jwt-bearer', { assertion: 'A'.repeat(680) }),
    'saml-bearer': post('/jwt-bearer', { assertion: 'A'.repeat(3200) }),
    'saml-assertion': post('/jwt-bearer', { assertion: 'A'.repeat(3200) }),
    'saml-sign-in': post('/saml-sign-in', { SAMLResponse: 'A'.repeat(3200) }),
    'code-openid': post('/code-openid', { ...code, code: 'A'.repeat(90), code_verifier: 'A'.repeat(43) }),
    code: post('/code', { ...code, code: 'A'.repeat(90), code_verifier: 'A'.repeat(43) }),
    'code-jwt': post('/code-jwt', { ...code, code: 'A'.repeat(90), code_verifier: 'A'.repeat(43) }),
    refresh: post('/refresh', { grant_type: 'refresh_token', refresh_token: 'A'.repeat(100), ...form }),
    'hybrid-refresh': post('/hybrid-refresh', {
      grant_type: 'hybrid_refresh',
      refresh_token: 'A'.repeat(100),
      ...form,
    }),
    userinfo: get('/userinfo'),
    introspection: post('/introspection', { token: 'A'.repeat(112), ...form }),
    revocation: post('/revocation', { token: 'A'.repeat(112) }),
    'client-credentials': post('/jwt-bearer', { grant_type: 'client_credentials', ...form }),
    dpop: writeRequest({
      host,
      path: '/refresh',
      headers: { DPoP: 'A'.repeat(420) },
      form: { grant_type: 'refresh_token', refresh_token: 'A'.repeat(100), ...form },
    }),
    push: post('/push', { ...code, code_challenge: 'A'.repeat(43), scope: 'api refresh_token' }),
    headless: post('/headless', {
      ...code,
      username: 'A'.repeat(20),
      password: 'A'.repeat(28),
      code_challenge: 'A'.repeat(43),
    }),
    password: post('/jwt-bearer', {
      grant_type: 'password',
      username: 'A'.repeat(20),
      password: 'A'.repeat(28),
      ...form,
    }),
    'token-exchange': post('/jwt-bearer', { ...exchange, subject_token: 'A'.repeat(560), ...form }),
    'asset-token': post('/asset-token', { ...exchange, subject_token: 'A'.repeat(112), actor_token: 'A'.repeat(640) }),
    device: post('/device', { response_type: 'device_code', scope: 'api refresh_token', ...form }),
    record: get('/record'),
    query: get('/query'),
  }
  return { port, firstRequest: requests['jwt-bearer'], start }

  async function start(): Promise<RunningTarget> {
    const program = join(import.meta.dirname, 'bare-server.js')
    const server = await startServer({
      command: [process.execPath, ...nodeArguments, program, String(port)],
      core,
      folder,
    })
    return { process: server, supply: async (scenario) => ({ requests: [requests[scenario]], reusable: true }) }
  }

  function get(path: string): Buffer {
    return writeRequest({ host, path, headers: { Authorization: `Bearer ${'A'.repeat(112)}` } })
  }

  function post(path: string, form: Readonly<Record<string, string>>): Buffer {
    return writeRequest({ host, path, form })
  }
}
