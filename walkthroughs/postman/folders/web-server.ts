import { keepsTokens, request, takesConsentForm, tokenUrl } from '../request.ts'

/** The web server flow, page by page. */
export const webServer = {
  name: 'Web server flow, spelled out',
  description:
    'A person signs in and allows the app in the browser; the app gets a code and exchanges it (RFC 6749 §4.1 with PKCE, RFC 7636).\n\n' +
    'Against a `sallyport dev` the requests 2 to 6 do what a browser does, page by page. Against Salesforce run request 1, open the URL that the ' +
    'console prints in a browser, sign in, allow, copy `code` out of the address bar into the variable `code` of the collection (percent-decoded: ' +
    '`%3D%3D` is `==`), and go on with request 7.',
  item: [
    request({
      name: '1. Ask for authorization',
      url: '{{authorizeUrl}}',
      follows: false,
      description:
        'The app sends the browser here. `code_challenge` is the SHA-256 of a verifier that only the app knows; `state` comes back unchanged.\n\n' +
        '`prompt=login consent` asks for the password and the approval each time, so that there is something to see.',
      before: `
needs('loginUrl', 'webConsumerKey', 'webConsumerSecret', 'callbackUrl')
const value = (name) => encodeURIComponent(pm.variables.get(name))
const verifier = unguessable(pm.variables.get('webConsumerSecret'))
const state = unguessable(verifier)
pm.collectionVariables.set('verifier', verifier)
pm.collectionVariables.set('state', state)
const url = pm.variables.get('loginUrl') + '/services/oauth2/authorize?response_type=code&client_id=' + value('webConsumerKey') +
  '&redirect_uri=' + value('callbackUrl') + '&scope=' + encodeURIComponent('api openid refresh_token') + '&state=' + state +
  '&code_challenge=' + base64url(cryptoJs.SHA256(verifier)) + '&code_challenge_method=S256&prompt=' + encodeURIComponent('login consent')
pm.collectionVariables.set('authorizeUrl', url)
console.log('Open this in a browser:', url)
`,
      after: `
pm.test('nobody is signed in: the browser is sent to the sign-in page', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(pm.response.headers.get('Location')).to.include('startURL')
})
pm.collectionVariables.set('nextUrl', absolute(pm.response.headers.get('Location')))
`,
    }),
    request({
      name: '2. The sign-in page',
      url: '{{nextUrl}}',
      headers: { Accept: 'text/html' },
      description:
        'A page for a person. Its form carries a token that proves it was made for this browser, which has a cookie now.',
      after: `
pm.test('it is a page with a form for username and password', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.text()).to.include('name="pw"')
})
const fields = fieldsOf(pm.response.text(), 'pw')
pm.collectionVariables.set('formToken', fields.csrf_token)
pm.collectionVariables.set('startUrl', fields.startURL)
`,
    }),
    request({
      name: '3. Sign in',
      method: 'POST',
      url: '{{loginUrl}}/',
      follows: false,
      form: { csrf_token: '{{formToken}}', startURL: '{{startUrl}}', username: '{{username}}', pw: '{{password}}' },
      description: 'The person’s password goes to the authorization server and never to the app.',
      before: "needs('username', 'password')",
      after: `
pm.test('the password is right: the browser goes back to the authorize URL', () => {
  pm.expect(pm.response.code).to.equal(303)
  pm.expect(pm.response.headers.get('Location')).to.include('/services/oauth2/authorize')
})
pm.collectionVariables.set('nextUrl', absolute(pm.response.headers.get('Location')))
`,
    }),
    request({
      name: '4. The authorize URL again',
      url: '{{nextUrl}}',
      follows: false,
      description:
        'Every page comes back here, and the server works out the next step from what it knows now: who is signed in, and what they have allowed.',
      after: `
pm.test('the app is not allowed yet: the browser is sent to the consent page', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(pm.response.headers.get('Location')).to.include('RemoteAccessAuthorizationPage')
})
pm.collectionVariables.set('nextUrl', absolute(pm.response.headers.get('Location')))
`,
    }),
    request({
      name: '5. The consent page',
      url: '{{nextUrl}}',
      headers: { Accept: 'text/html' },
      description: 'Which app, which scopes, for whom: nothing is granted that is not written here.',
      after: takesConsentForm,
    }),
    request({
      name: '6. Allow',
      method: 'POST',
      url: '{{loginUrl}}/setup/secur/RemoteAccessAuthorizationPage.apexp',
      follows: false,
      form: { csrf_token: '{{formToken}}', source: '{{source}}', decision: 'allow' },
      description:
        'The browser is sent to the callback URL of the app, with a code that is good for one exchange within fifteen minutes.',
      after: `
const location = pm.response.headers.get('Location')
const back = queryOf(location)
pm.test('the browser is sent to the callback URL, with a code and the same state', () => {
  pm.expect(location.startsWith(pm.variables.get('callbackUrl'))).to.equal(true)
  pm.expect(back.code).to.be.a('string')
  pm.expect(back.state).to.equal(pm.collectionVariables.get('state'))
})
pm.collectionVariables.set('code', back.code)
`,
    }),
    request({
      name: '7. The code for tokens',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'authorization_code',
        code: '{{code}}',
        redirect_uri: '{{callbackUrl}}',
        code_verifier: '{{verifier}}',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
      },
      description:
        'From server to server. The verifier proves that whoever has the code is the app that asked for it. `redirect_uri` must be the one of request 1, letter by letter.',
      before: "needs('code')",
      after: `${keepsTokens}
pm.test('it has a refresh token, because that scope was granted', () => {
  pm.expect(answer.refresh_token).to.be.a('string')
})
pm.collectionVariables.set('refreshToken', answer.refresh_token)
pm.test('the signature is made with the consumer secret, over id and issued_at', () => {
  const expected = cryptoJs.enc.Base64.stringify(cryptoJs.HmacSHA256(answer.id + answer.issued_at, pm.variables.get('webConsumerSecret')))
  pm.expect(answer.signature).to.equal(expected)
  // What is signed is what is used: helpers.needs says when something is missing.
  needs('refreshToken')
})
`,
    }),
    request({
      name: '8. A code that nobody made, refused',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'authorization_code',
        code: 'aPrxAnotherCode',
        redirect_uri: '{{callbackUrl}}',
        code_verifier: '{{verifier}}',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
      },
      description:
        'The words of the wire are few. (The real code a second time is refused, too, and ends the tokens that it bought: try it at the end.)',
      after: `
pm.test('it is refused with 400 in the words of the wire', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json()).to.eql({ error: 'invalid_grant', error_description: 'invalid authorization code' })
})
`,
    }),
  ],
}

/** The same behind what Postman offers itself. */
export const helper = {
  name: "Web server flow, by Postman's own helper",
  description:
    'The tab Authorization of this request is filled in: choose *Get New Access Token*, sign in, allow, *Use Token*, Send. Postman makes state and ' +
    'PKCE itself and exchanges the code. Its callback URL must be one of the app’s: add `https://oauth.pstmn.io/v1/callback` (browser) or take the one that is set.\n\n' +
    'Without a new token the request uses the one of the flow spelled out, so that it can also be run by newman.',
  item: [
    request({
      name: 'Who am I, by a token that Postman got',
      url: '{{loginUrl}}/services/oauth2/userinfo',
      auth: {
        type: 'oauth2',
        oauth2: Object.entries({
          tokenName: 'Sallyport walkthrough',
          grant_type: 'authorization_code_with_pkce',
          challengeAlgorithm: 'S256',
          authUrl: '{{loginUrl}}/services/oauth2/authorize',
          accessTokenUrl: tokenUrl,
          redirect_uri: '{{callbackUrl}}',
          clientId: '{{webConsumerKey}}',
          clientSecret: '{{webConsumerSecret}}',
          scope: 'api openid refresh_token',
          client_authentication: 'body',
          addTokenTo: 'header',
          headerPrefix: 'Bearer',
          accessToken: '{{accessToken}}',
        }).map(([key, value]) => ({ key, value, type: 'string' })),
      },
      description: 'The helper does requests 1 to 7 of the flow spelled out.',
      after: `
pm.test('the token opens userinfo', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json().preferred_username).to.be.a('string')
})
`,
    }),
  ],
}
