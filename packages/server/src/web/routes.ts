import { connectPath } from '../oauth/device-request.ts'
import { frontdoorPath } from '../oauth/frontdoor.ts'
import { idpPaths } from '../saml/idp-places.ts'
import { authnRequestPath, spLogoutPath } from '../saml/sso-endpoint.ts'
import { deviceDonePath } from './endpoints/device.ts'
import { endSessionPath } from './endpoints/logout.ts'
import { consentPath, errorPath, verificationPath } from './page-paths.ts'
import { submitScriptPath } from './pages/form-post.tsx'
import { stylesheetPath } from './pages/stylesheet.ts'
import { type Handler, type Router, router } from './router.ts'
import {
  walkthroughCallbackPath,
  walkthroughChecksPath,
  walkthroughPath,
  walkthroughScriptPath,
  walkthroughStylesheetPath,
} from './walkthrough/places.ts'

/** A handler for every thing that can be asked for. */
export type Handlers = Readonly<
  Record<
    | 'front'
    | 'signIn'
    | 'verification'
    | 'verify'
    | 'providerSignIn'
    | 'providerTest'
    | 'providerLink'
    | 'linkProvider'
    | 'providerSignInOfOrg'
    | 'providerTestOfOrg'
    | 'providerLinkOfOrg'
    | 'providerCallback'
    | 'authorize'
    | 'consent'
    | 'decide'
    | 'refusedAuthorization'
    | 'success'
    | 'echo'
    | 'singleAccess'
    | 'frontdoor'
    | 'samlStart'
    | 'samlRequest'
    | 'samlLogin'
    | 'samlLogout'
    | 'providerLogout'
    | 'samlMetadata'
    | 'samlAppMetadata'
    | 'device'
    | 'answerDevice'
    | 'deviceDone'
    | 'token'
    | 'push'
    | 'revoke'
    | 'introspect'
    | 'register'
    | 'registration'
    | 'userinfo'
    | 'identity'
    | 'keys'
    | 'discovery'
    | 'authConfiguration'
    | 'logout'
    | 'switchUser'
    | 'endSession'
    | 'versions'
    | 'data'
    | 'soap'
    | 'stylesheet'
    | 'submitScript'
    | 'setup'
    | 'walkthrough'
    | 'live'
    | 'ready'
    | 'host'
    | 'metrics'
    | 'missing',
    Handler
  >
>

/** Every URL of the server on one screen; those of Setup are in `setup/setup.ts`. */
export function routes(handlers: Handlers): Pick<Router, 'answer'> {
  const app = router(handlers.missing)

  app.get('/', handlers.front)
  app.post('/', handlers.signIn)
  app.get(verificationPath, handlers.verification)
  app.post(verificationPath, handlers.verify)

  app.get('/services/auth/sso/:provider', handlers.providerSignIn)
  app.get('/services/auth/test/:provider', handlers.providerTest)
  app.get('/services/auth/link/:provider', handlers.providerLink)
  app.post('/services/auth/link/:provider', handlers.linkProvider)
  app.get('/services/auth/sso/:org/:provider', handlers.providerSignInOfOrg)
  app.get('/services/auth/test/:org/:provider', handlers.providerTestOfOrg)
  app.get('/services/auth/link/:org/:provider', handlers.providerLinkOfOrg)
  app.get('/services/authcallback/:provider', handlers.providerCallback)

  app.all('/services/oauth2/authorize', handlers.authorize)
  app.all('/services/oauth2/authorize/:expid', handlers.authorize)
  app.get(consentPath, handlers.consent)
  app.post(consentPath, handlers.decide)
  app.get(errorPath, handlers.refusedAuthorization)
  app.get('/services/oauth2/success', handlers.success)
  // Names that Salesforce's documentation gives to apps that have no page to come back to.
  app.get('/services/oauth2/callback', handlers.success)
  app.get('/services/oauth2/token/callback', handlers.success)
  app.get('/services/oauth2/echo', handlers.echo)
  app.get(connectPath, handlers.device)
  app.post(connectPath, handlers.answerDevice)
  app.get(deviceDonePath, handlers.deviceDone)
  app.on(['GET', 'POST', 'OPTIONS'], '/services/oauth2/singleaccess', handlers.singleAccess)
  app.on(['GET', 'POST'], frontdoorPath, handlers.frontdoor)
  app.all('/services/oauth2/token', handlers.token)
  app.all('/services/oauth2/par', handlers.push)
  app.all('/services/oauth2/revoke', handlers.revoke)
  app.all('/services/oauth2/introspect', handlers.introspect)
  app.all('/services/oauth2/register', handlers.register)
  app.on(['GET', 'PUT', 'DELETE'], '/services/oauth2/register/:client', handlers.registration)
  app.on(['GET', 'POST', 'OPTIONS'], '/services/oauth2/userinfo', handlers.userinfo)

  app.get('/id/keys', handlers.keys)
  app.on(['GET', 'POST'], '/id/:org/:user', handlers.identity)
  app.get('/.well-known/openid-configuration', handlers.discovery)
  app.get('/.well-known/oauth-authorization-server', handlers.discovery)
  app.get('/.well-known/auth-configuration', handlers.authConfiguration)

  app.get('/secur/logout.jsp', handlers.logout)
  app.post('/secur/logout.jsp', handlers.switchUser)
  app.on(['GET', 'POST'], endSessionPath, handlers.endSession)

  app.post(idpPaths.httpPost, handlers.samlRequest)
  app.get(idpPaths.httpRedirect, handlers.samlRequest)
  app.get(idpPaths.login, handlers.samlLogin)
  app.on(['GET', 'POST'], idpPaths.logout, handlers.samlLogout)
  app.on(['GET', 'POST'], spLogoutPath, handlers.providerLogout)
  app.get(authnRequestPath, handlers.samlStart)
  app.get(idpPaths.metadata, handlers.samlMetadata)
  app.get('/.well-known/samlidp/:file', handlers.samlAppMetadata)

  app.get('/services/data', handlers.versions)
  app.get('/services/data/', handlers.versions)
  // Which resources there are stands in `rest/dispatch.ts`.
  app.all('/services/data/:version', handlers.data)
  app.all('/services/data/:version/*', handlers.data)

  for (const api of ['u', 'c']) {
    app.all(`/services/Soap/${api}/:version`, handlers.soap)
    app.all(`/services/Soap/${api}/:version/:org`, handlers.soap)
  }

  // These know the addresses below theirs, and each who may ask for it.
  for (const path of ['/setup', '/personal']) app.all(path, handlers.setup)
  for (const path of ['/setup/*', '/personal/*']) app.all(path, handlers.setup)
  for (const path of ['/assets/setup.css', '/assets/setup.js']) app.all(path, handlers.setup)
  for (const path of [walkthroughPath, walkthroughCallbackPath, walkthroughChecksPath])
    app.all(path, handlers.walkthrough)
  for (const path of [walkthroughScriptPath, walkthroughStylesheetPath]) app.all(path, handlers.walkthrough)

  app.get(stylesheetPath, handlers.stylesheet)
  app.get(submitScriptPath, handlers.submitScript)
  app.get('/health/live', handlers.live)
  app.get('/health/ready', handlers.ready)
  app.get('/health/host', handlers.host)
  app.get('/metrics', handlers.metrics)

  return app
}
