import { keepsTokens, request, tokenUrl } from '../request.ts'

/** The flows in which an app sees a password, or a token stands in an address. */
export const fadingFlows = {
  name: 'Flows without a code, or without a page',
  description:
    'The username-password flow and the user-agent flow, which die out, and the authorization code and credentials flow (headless login).\n\n' +
    'Each request is skipped until its variables are set: `passwordConsumerKey` and `passwordConsumerSecret` for the first, with `securityToken` behind the ' +
    'password unless the address is trusted; `agentConsumerKey` for the second; `headlessConsumerKey` and `headlessConsumerSecret` for the rest. All take ' +
    '`callbackUrl`, `username` and `password`, and an org that allows the flow.',
  item: [
    request({
      name: '1. Username and password for an access token',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'password',
        client_id: '{{passwordConsumerKey}}',
        client_secret: '{{passwordConsumerSecret}}',
        username: '{{username}}',
        password: '{{password}}{{securityToken}}',
      },
      description:
        'The security token stands right behind the password. No scope is said, and there is no refresh token. Whatever is wrong, the answer is `authentication failure`.',
      before: "skipWithout('passwordConsumerKey', 'username', 'password')",
      after: `
const answer = pm.response.json()
pm.test('there is an access token, and nothing to refresh it with', () => {
  pm.response.to.have.status(200)
  pm.expect(answer.access_token).to.be.a('string')
  pm.expect(answer).not.to.have.any.keys('scope', 'refresh_token')
})
`,
    }),
    request({
      name: '2. The address of the user-agent flow',
      url: '{{loginUrl}}/services/oauth2/authorize?response_type=token&client_id={{agentConsumerKey}}&redirect_uri={{callbackUrl}}',
      follows: false,
      description:
        'Open it with a browser, sign in and allow: the browser ends at the callback URL, with the tokens in the fragment of the address. The console prints it.',
      before: `
skipWithout('agentConsumerKey', 'callbackUrl')
console.log('Open this in a browser:', pm.variables.replaceIn(pm.request.url.toString()))
`,
      after: `
pm.test('the app may use the flow: the browser is sent on', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(pm.response.headers.get('Location')).not.to.include('error=')
})
`,
    }),
    request({
      name: '3. Credentials for a code',
      method: 'POST',
      url: '{{loginUrl}}/services/oauth2/authorize',
      follows: false,
      headers: { 'Auth-Request-Type': 'Named-User' },
      form: {
        response_type: 'code_credentials',
        client_id: '{{headlessConsumerKey}}',
        redirect_uri: '{{callbackUrl}}',
        code_challenge: '{{challenge}}',
        code_challenge_method: 'S256',
        username: '{{username}}',
        password: '{{password}}',
      },
      description:
        'What somebody typed into a form of the app. No page of the server is seen. What is wrong is told to the app in the address, too.',
      before: `
skipWithout('headlessConsumerKey', 'headlessConsumerSecret', 'callbackUrl', 'username', 'password')
const verifier = unguessable(pm.variables.get('headlessConsumerSecret'))
pm.collectionVariables.set('verifier', verifier)
pm.collectionVariables.set('challenge', base64url(cryptoJs.SHA256(verifier)))
`,
      after: `
pm.test('the app is called back with a code', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(queryOf(pm.response.headers.get('Location')).code).to.be.a('string')
})
pm.collectionVariables.set('code', queryOf(pm.response.headers.get('Location')).code)
`,
    }),
    request({
      name: '4. The code for tokens',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'authorization_code',
        code: '{{code}}',
        redirect_uri: '{{callbackUrl}}',
        code_verifier: '{{verifier}}',
        client_id: '{{headlessConsumerKey}}',
        client_secret: '{{headlessConsumerSecret}}',
      },
      description: 'As in the web server flow.',
      before: "skipWithout('headlessConsumerKey', 'code')",
      after: keepsTokens,
    }),
  ],
}
