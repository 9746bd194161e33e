import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, targetBase } from './test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

/** What a stranger without cookie, credentials or token is answered at each route: the whole of what is public. */
const strangers: Readonly<Record<string, readonly (readonly [string, string, number])[]>> = {
  "'/'": [
    ['GET', '/', 200],
    ['POST', '/', 403],
  ],
  verificationPath: [
    ['GET', '/_ui/identity/verification', 302],
    ['POST', '/_ui/identity/verification', 303],
  ],
  "'/services/auth/sso/:provider'": [['GET', '/services/auth/sso/Nobody', 400]],
  "'/services/auth/test/:provider'": [['GET', '/services/auth/test/Nobody', 400]],
  "'/services/auth/link/:provider'": [
    ['GET', '/services/auth/link/Nobody', 400],
    ['POST', '/services/auth/link/Nobody', 403],
  ],
  "'/services/auth/sso/:org/:provider'": [['GET', '/services/auth/sso/00D000000000001AAA/Nobody', 400]],
  "'/services/auth/test/:org/:provider'": [['GET', '/services/auth/test/00D000000000001AAA/Nobody', 400]],
  "'/services/auth/link/:org/:provider'": [['GET', '/services/auth/link/00D000000000001AAA/Nobody', 400]],
  "'/services/authcallback/:provider'": [['GET', '/services/authcallback/Nobody', 400]],
  "'/services/oauth2/authorize'": [['GET', '/services/oauth2/authorize', 400]],
  consentPath: [
    ['GET', '/setup/secur/RemoteAccessAuthorizationPage.apexp', 400],
    ['POST', '/setup/secur/RemoteAccessAuthorizationPage.apexp', 403],
  ],
  errorPath: [['GET', '/setup/secur/RemoteAccessErrorPage.apexp', 400]],
  connectPath: [
    ['GET', '/setup/connect', 200],
    ['POST', '/setup/connect', 403],
  ],
  deviceDonePath: [['GET', '/setup/connect/done', 200]],
  "'/services/oauth2/authorize/:expid'": [['GET', '/services/oauth2/authorize/holidays', 400]],
  "'/services/oauth2/callback'": [['GET', '/services/oauth2/callback?code=aPrx', 200]],
  "'/services/oauth2/token/callback'": [['GET', '/services/oauth2/token/callback?code=aPrx', 200]],
  "'/services/oauth2/success'": [['GET', '/services/oauth2/success', 200]],
  "'/services/oauth2/echo'": [['GET', '/services/oauth2/echo', 200]],
  "'/services/oauth2/singleaccess'": [['GET', '/services/oauth2/singleaccess', 401]],
  frontdoorPath: [['GET', '/secur/frontdoor.jsp', 400]],
  "'/services/oauth2/token'": [['POST', '/services/oauth2/token', 400]],
  "'/services/oauth2/revoke'": [['POST', '/services/oauth2/revoke', 400]],
  // Off, as at Salesforce.
  "'/services/oauth2/par'": [['POST', '/services/oauth2/par', 404]],
  "'/services/oauth2/register'": [['POST', '/services/oauth2/register', 400]],
  "'/services/oauth2/register/:client'": [['GET', '/services/oauth2/register/3MVG9Nobody', 400]],
  "'/services/oauth2/introspect'": [['POST', '/services/oauth2/introspect', 400]],
  "'/services/oauth2/userinfo'": [['GET', '/services/oauth2/userinfo', 403]],
  "'/id/keys'": [['GET', '/id/keys', 200]],
  "'/id/:org/:user'": [['GET', '/id/00D000000000001AAA/005000000000001AAA', 403]],
  "'/.well-known/openid-configuration'": [['GET', '/.well-known/openid-configuration', 200]],
  "'/.well-known/oauth-authorization-server'": [['GET', '/.well-known/oauth-authorization-server', 200]],
  "'/.well-known/auth-configuration'": [['GET', '/.well-known/auth-configuration', 200]],
  "'/secur/logout.jsp'": [
    ['GET', '/secur/logout.jsp', 200],
    ['POST', '/secur/logout.jsp', 403],
  ],
  endSessionPath: [['GET', '/services/auth/idp/oidc/logout', 200]],
  // Of an org that is no identity provider, and at the login host of all.
  'idpPaths.httpPost': [['POST', '/idp/endpoint/HttpPost', 400]],
  'idpPaths.httpRedirect': [['GET', '/idp/endpoint/HttpRedirect', 400]],
  'idpPaths.login': [['GET', '/idp/login?apiName=Wiki', 400]],
  'idpPaths.logout': [
    ['GET', '/services/auth/idp/saml2/logout', 400],
    ['POST', '/services/auth/idp/saml2/logout', 400],
  ],
  spLogoutPath: [
    ['GET', '/services/auth/sp/saml2/logout', 400],
    ['POST', '/services/auth/sp/saml2/logout', 400],
  ],
  authnRequestPath: [['GET', '/saml/authn-request.jsp?samlSsoConfig=Acme', 400]],
  'idpPaths.metadata': [['GET', '/.well-known/samlidp.xml', 404]],
  "'/.well-known/samlidp/:file'": [['GET', '/.well-known/samlidp/Wiki.xml', 404]],
  "'/services/data'": [['GET', '/services/data', 200]],
  "'/services/data/'": [['GET', '/services/data/', 200]],
  "'/services/data/:version'": [['GET', '/services/data/v67.0', 401]],
  '`/services/Soap/${api}/:version`': [['POST', '/services/Soap/u/60.0', 500]],
  '`/services/Soap/${api}/:version/:org`': [['POST', '/services/Soap/c/60.0/00D000000000001AAA', 500]],
  "'/services/data/:version/*'": [['GET', '/services/data/v67.0/anything/else', 401]],
  // Those of Setup, each of which `test/setup/admission.test.ts` asks for, and of the walkthrough, which only `sallyport dev`
  // has: `test/walkthrough` asks for it.
  path: [
    ['GET', '/setup', 302],
    ['GET', '/setup/connected-apps', 302],
    ['GET', '/setup/nowhere', 404],
    ['GET', '/personal', 302],
    ['GET', '/assets/setup.css', 200],
    ['GET', '/assets/setup.js', 200],
    ['GET', '/walkthrough', 404],
    ['GET', '/walkthrough/callback', 404],
    ['GET', '/walkthrough/checks', 404],
    ['GET', '/assets/walkthrough.js', 404],
    ['GET', '/assets/walkthrough.css', 404],
  ],
  stylesheetPath: [['GET', '/assets/sallyport.css', 200]],
  submitScriptPath: [['GET', '/assets/submit.js', 200]],
  "'/health/live'": [['GET', '/health/live', 200]],
  "'/health/ready'": [['GET', '/health/ready', 200]],
  "'/health/host'": [
    ['GET', '/health/host?domain=localhost', 200],
    ['GET', '/health/host?domain=Target.my.localhost', 200],
    ['GET', '/health/host?domain=evil.my.localhost', 404],
    ['GET', '/health/host?domain=localhost.evil.example', 404],
    ['GET', '/health/host', 404],
  ],
  // Only a server that was given a token for it has it, and then for who shows the token: `cli/test/operations.test.ts`.
  "'/metrics'": [['GET', '/metrics', 404]],
}

describe('every route', () => {
  it('says what it answers to strangers', () => {
    const source = readFileSync(new URL('../../src/web/routes.ts', import.meta.url), 'utf8')
    const routes = [...source.matchAll(/app\.(?:get|post|all|on)\((?:\[[^\]]*\], )?([^,]+),/g)].map(([, path]) => path)
    expect([...new Set(routes)].sort()).toEqual(Object.keys(strangers).sort())
  })

  it.each(Object.values(strangers).flat())(
    'keeps strangers out, or is public: %s %s is answered with %i',
    async (method, path, status) => {
      expect((await server.request(path, { method, headers: { accept: 'text/html' } })).status).toBe(status)
    },
  )

  it('is there or not, as docs/endpoints.md says of each of Salesforce’s', async () => {
    const page = readFileSync(new URL('../../../../docs/endpoints.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `([^`]+)` \| ([A-Z, ]+) \| (yes|no) \|/gm)]
    expect(rows.length).toBeGreaterThan(25)
    for (const [, path = '', methods = '', isHere] of rows) {
      for (const method of methods.split(', ')) {
        const { status } = await server.request(`${targetBase}${path}`, { method, headers: { accept: 'text/html' } })
        expect([method, path, status === 404 ? 'no' : 'yes']).toEqual([method, path, isHere])
      }
    }
  })

  it('keeps strangers out of every resource of the REST API', async () => {
    const source = readFileSync(new URL('../../src/rest/dispatch.ts', import.meta.url), 'utf8')
    const paths = [...source.matchAll(/^ {2}resource\('([^']*)'/gm)].map(([, path = '']) =>
      path.replaceAll('*', 'Account'),
    )
    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
        const answer = await server.request(`/services/data/v67.0/${path}`, { method })
        expect([method, path, answer.status]).toEqual([method, path, 401])
      }
    }
  })
})
