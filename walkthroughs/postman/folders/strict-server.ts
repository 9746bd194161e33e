import { request, tokenUrl } from '../request.ts'

/** What a server has that Salesforce has not: requests that are pushed, and tokens that are bound to a key. */
export const strictServer = {
  name: 'Beyond Salesforce: pushed requests and bound tokens',
  description:
    'Pushed authorization requests (PAR, RFC 9126) and tokens that are bound to a key of the app (DPoP, RFC 9449). `sallyport serve` has both, `sallyport dev` ' +
    'and Salesforce have not: the first request asks the server, and those that it does not announce are skipped.\n\n' +
    'The proofs are signed with `privateKey`, as is the JWT of the JWT bearer flow. A key of its own would do as well.',
  item: [
    request({
      name: '1. What the server announces',
      url: '{{loginUrl}}/.well-known/openid-configuration',
      description:
        'Where requests are pushed, and with which algorithms proofs are signed, is said here or not at all.',
      before: "needs('loginUrl')",
      after: `
const announced = pm.response.json()
pm.test('it says who it is', () => {
  pm.response.to.have.status(200)
  pm.expect(announced.issuer).to.be.a('string')
})
pm.collectionVariables.set('parUrl', announced.pushed_authorization_request_endpoint ?? '')
const bindsTokens = (announced.dpop_signing_alg_values_supported ?? []).includes('RS256')
pm.collectionVariables.set('bindsTokens', bindsTokens ? 'yes' : '')
`,
    }),
    request({
      name: '2. Push the request',
      method: 'POST',
      url: '{{parUrl}}',
      form: {
        response_type: 'code',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
        redirect_uri: '{{callbackUrl}}',
        scope: 'api refresh_token',
        state: '{{state}}',
        code_challenge: '{{challenge}}',
        code_challenge_method: 'S256',
      },
      description:
        'What would stand in the address of the browser goes from server to server, and is checked before anybody signs in.',
      before: `
skipWithout('parUrl', 'webConsumerKey', 'webConsumerSecret', 'callbackUrl')
const verifier = unguessable(pm.variables.get('webConsumerSecret'))
pm.collectionVariables.set('verifier', verifier)
pm.collectionVariables.set('state', unguessable(verifier))
pm.collectionVariables.set('challenge', base64url(cryptoJs.SHA256(verifier)))
`,
      after: `
const answer = pm.response.json()
pm.test('the request is kept for a short while, under a name that nobody guesses', () => {
  pm.response.to.have.status(201)
  pm.expect(answer.request_uri).to.match(/^urn:ietf:params:oauth:request_uri:/)
  pm.expect(answer.expires_in).to.be.a('number')
})
pm.collectionVariables.set('requestUri', answer.request_uri)
`,
    }),
    request({
      name: '3. Ask for authorization by that name',
      url: '{{loginUrl}}/services/oauth2/authorize?client_id={{webConsumerKey}}&request_uri={{requestUri}}',
      follows: false,
      description:
        'Nothing else is in the address. From here on it is the web server flow, with the same verifier at its end.',
      before: `
skipWithout('parUrl', 'requestUri')
console.log('Open this in a browser:', pm.variables.replaceIn(pm.request.url.toString()))
`,
      after: `
pm.test('the browser is sent on', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(pm.response.headers.get('Location')).not.to.include('error=')
})
`,
    }),
    request({
      name: '4. A token that is bound to a key',
      method: 'POST',
      url: tokenUrl,
      headers: { DPoP: '{{proof}}' },
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '{{assertion}}' },
      description:
        'The header `DPoP` has a JWT for this one request, with the public key within. Where the server wants a nonce in it, it says one: send the request again.',
      before: `
skipWithout('bindsTokens', 'jwtConsumerKey', 'jwtUsername', 'privateKey', 'audience')
const key = pm.variables.get('privateKey')
const claims = {
  iss: pm.variables.get('jwtConsumerKey'),
  sub: pm.variables.get('jwtUsername'),
  aud: pm.variables.get('audience'),
  exp: Math.floor(Date.now() / 1000) + 180,
}
const url = pm.variables.get('loginUrl') + '/services/oauth2/token'
pm.collectionVariables.set('assertion', signJwt(claims, key))
pm.collectionVariables.set('proof', dpopProof({ method: 'POST', url, nonce: pm.variables.get('nonce') }, key))
`,
      after: `
const answer = pm.response.json()
pm.collectionVariables.set('nonce', pm.response.headers.get('DPoP-Nonce') ?? '')
pm.test('there is a token of the type DPoP', () => {
  pm.response.to.have.status(200)
  pm.expect(answer.token_type).to.equal('DPoP')
})
pm.collectionVariables.set('boundToken', answer.access_token)
pm.collectionVariables.set('instanceUrl', answer.instance_url)
`,
    }),
    request({
      name: '5. What it opens, with a further proof',
      url: '{{instanceUrl}}/services/data/v62.0/limits',
      headers: { Authorization: 'DPoP {{boundToken}}', DPoP: '{{proof}}' },
      description: 'A proof is for one method and one address, and names the token by its hash.',
      before: `
skipWithout('bindsTokens', 'boundToken')
const token = pm.variables.get('boundToken')
const url = pm.variables.get('instanceUrl') + '/services/data/v62.0/limits'
pm.collectionVariables.set('proof', dpopProof({ method: 'GET', url, token, nonce: pm.variables.get('nonce') }, pm.variables.get('privateKey')))
`,
      after: `
pm.test('it opens the API, because the proof is for this method, this address and this token', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json().DailyApiRequests.Remaining).to.be.a('number')
})
`,
    }),
    request({
      name: '6. The same without a proof, refused',
      url: '{{instanceUrl}}/services/data/v62.0/limits',
      headers: { Authorization: 'Bearer {{boundToken}}' },
      description: 'Whoever copied the token has nothing.',
      before: "skipWithout('bindsTokens', 'boundToken')",
      after: `
pm.test('the token alone opens nothing: whoever copied it has no key to go with it', () => {
  pm.response.to.have.status(401)
  pm.expect(pm.response.text()).to.include('INVALID_SESSION_ID')
})
`,
    }),
  ],
}
