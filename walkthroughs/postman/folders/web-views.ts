import { keepsTokens, request, tokenUrl } from '../request.ts'

const app = { client_id: '{{hybridConsumerKey}}', client_secret: '{{hybridConsumerSecret}}' }
const keepsSessions = `${keepsTokens}
pm.test('it has a session for the pages, the name of its cookie, and where it is good', () => {
  for (const name of ['parent_sid', 'lightning_sid', 'lightning_domain', 'sidCookieName']) pm.expect(answer[name]).to.be.a('string')
})
if (answer.refresh_token) pm.collectionVariables.set('hybridRefreshToken', answer.refresh_token)
`

/** How a mobile app shows pages of the org. */
export const webViews = {
  name: 'Web views: hybrid flows and one-time URLs',
  description:
    'An app that shows pages of the org gets sessions beside its token (hybrid flows), or opens a browser with a token, once.\n\n' +
    'Skipped until the environment has `hybridConsumerKey` and `hybridConsumerSecret` of an app with the scopes `api`, `web`, `lightning` and `refresh_token`, and ' +
    '`hybridCode`: a code for it, percent-decoded, from the address that a browser ends at after request 1 of the first folder with this app in place of the other.',
  item: [
    request({
      name: '1. A code for tokens and sessions',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'hybrid_auth_code', code: '{{hybridCode}}', redirect_uri: '{{callbackUrl}}', ...app },
      description:
        'All as with `authorization_code`, and sessions besides, as far as the scopes go. Put `parent_sid` into a cookie called `sidCookieName` at the address of the org, and a web view is signed in.',
      before: "skipWithout('hybridConsumerKey', 'hybridConsumerSecret', 'hybridCode')",
      after: keepsSessions,
    }),
    request({
      name: '2. Refresh, with sessions of its own',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'hybrid_refresh', refresh_token: '{{hybridRefreshToken}}', ...app },
      description: 'New sessions with the new token. Those of before end with theirs.',
      before: "skipWithout('hybridRefreshToken')",
      after: keepsSessions,
    }),
    request({
      name: '3. A token for a URL that opens a page',
      method: 'POST',
      url: '{{instanceUrl}}/services/oauth2/singleaccess',
      headers: { Authorization: 'Bearer {{accessToken}}' },
      form: { redirect_uri: '/personal' },
      description: 'The token needs the scope `web` or `full`. The URL is good once, and for a minute.',
      before: "skipWithout('hybridRefreshToken')",
      after: `
const { frontdoor_uri } = pm.response.json()
pm.test('there is a URL', () => {
  pm.response.to.have.status(200)
  pm.expect(frontdoor_uri).to.include('/secur/frontdoor.jsp?otp=')
})
pm.collectionVariables.set('frontdoorUrl', frontdoor_uri)
`,
    }),
    request({
      name: '4. Open it',
      url: '{{frontdoorUrl}}',
      follows: false,
      description: 'Whoever opens it is signed in, and sent to the page.',
      before: "skipWithout('frontdoorUrl')",
      after: `
pm.test('a session is set, and the browser is sent to the page', () => {
  pm.expect(pm.response.code).to.be.oneOf([302, 303])
  pm.expect(pm.response.headers.get('Set-Cookie')).to.be.a('string')
})
`,
    }),
    request({
      name: '5. Once more, refused',
      url: '{{frontdoorUrl}}',
      follows: false,
      description: 'A link that is opened twice, by a scanner of mail for one, signs nobody in.',
      before: "skipWithout('frontdoorUrl')",
      after: `
pm.test('it is refused', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.text()).to.include('invalid_otp')
})
`,
    }),
  ],
}
