// Assembles the collection that Postman imports, out of what stands here and in helpers.js. `node walkthroughs/postman/write.ts` writes it.
import { readFileSync } from 'node:fs'

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
const text = (name: string) => readFileSync(new URL(`${name}`, import.meta.url), 'utf8')

/** The shared functions, by name, in the order in which they stand. */
const helpers = new Map(
  text('helpers.js')
    .split(/\n(?=\/\*\*)/)
    .flatMap((block) => {
      const name = /^function (\w+)/m.exec(block)?.[1]
      return name === undefined ? [] : [[name, block.trim()] as const]
    }),
)

/** The functions that a script calls, and those that they call. */
function calledIn(source: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [name, body] of helpers) {
    if (found.has(name) || !new RegExp(`\\b${name}\\(`).test(source)) continue
    found.add(name)
    calledIn(body, found)
  }
  return found
}

/** A script as Postman keeps it, behind the functions that it calls. */
function script(listen: 'prerequest' | 'test', source: string) {
  const called = calledIn(source)
  const bodies = [...helpers].filter(([name]) => called.has(name)).flatMap(([, body]) => ['', ...body.split('\n')])
  const start = /\bcryptoJs\b/.test(source + bodies.join('\n')) ? ["const cryptoJs = require('crypto-js')"] : []
  const exec = [...start, ...bodies, ...(called.size > 0 ? [''] : []), ...source.trim().split('\n')]
  return { listen, script: { type: 'text/javascript', exec } }
}

interface RequestSource {
  readonly name: string
  readonly method?: 'GET' | 'POST'
  readonly url: string
  readonly form?: Readonly<Record<string, string>>
  /** A body of JSON, in place of a form. */
  readonly json?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly auth?: object
  /** The script before it is sent. */
  readonly before?: string
  /** The script that checks the answer. */
  readonly after: string
  readonly description: string
  /** Whether redirects are followed, as a browser does; where each is a step of its own, they are not. */
  readonly follows?: boolean
}

function request(source: RequestSource) {
  const {
    name,
    method = 'GET',
    url,
    form,
    json,
    headers = {},
    auth,
    before,
    after,
    description,
    follows = true,
  } = source
  return {
    name,
    event: [...(before === undefined ? [] : [script('prerequest', before)]), script('test', after)],
    protocolProfileBehavior: { followRedirects: follows },
    request: {
      method,
      url,
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...(auth === undefined ? {} : { auth }),
      ...(form === undefined
        ? {}
        : { body: { mode: 'urlencoded', urlencoded: Object.entries(form).map(([key, value]) => ({ key, value })) } }),
      ...(json === undefined
        ? {}
        : { body: { mode: 'raw', raw: JSON.stringify(json, undefined, 2), options: { raw: { language: 'json' } } } }),
      description,
    },
    response: [],
  }
}

const tokenUrl = '{{loginUrl}}/services/oauth2/token'
const bearer = { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] }

/** Checks an answer of the token endpoint and passes on what is in it. */
const keepsTokens = `
const answer = pm.response.json()
pm.test('the answer is 200 and nobody may keep it', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.headers.get('Cache-Control')).to.include('no-store')
})
pm.test('it has an access token, and says where the API is and who it acts for', () => {
  pm.expect(answer.access_token).to.be.a('string')
  pm.expect(answer.token_type).to.equal('Bearer')
  pm.expect(answer.instance_url).to.match(/^https?:/)
  pm.expect(answer.id).to.match(/\\/id\\/00D\\w+\\/005\\w+$/)
  pm.expect(answer.scope).to.include('api')
})
pm.collectionVariables.set('accessToken', answer.access_token)
pm.collectionVariables.set('instanceUrl', answer.instance_url)
pm.collectionVariables.set('identityUrl', answer.id)
`

const webServer = {
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
      after: `
pm.test('it asks whether the app may act for the person', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.text()).to.include('Allow Access?')
})
const fields = fieldsOf(pm.response.text(), 'decision')
pm.collectionVariables.set('formToken', fields.csrf_token)
pm.collectionVariables.set('source', fields.source)
`,
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

const helper = {
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

const withTokens = {
  name: 'What tokens are for',
  description:
    'With the tokens of the flow before: who it is, what the token is worth, what it opens, and a new one for the refresh token.',
  item: [
    request({
      name: 'Userinfo',
      url: '{{loginUrl}}/services/oauth2/userinfo',
      auth: bearer,
      description:
        'Who the token acts for, in the words of OpenID Connect (Core §5.3). Needs the scope `openid` or `id`.',
      after: `
pm.test('it says who it is', () => {
  pm.response.to.have.status(200)
  const claims = pm.response.json()
  for (const name of ['sub', 'user_id', 'organization_id', 'preferred_username', 'email']) pm.expect(claims[name]).to.be.a('string')
})
`,
    }),
    request({
      name: 'Identity URL',
      url: '{{identityUrl}}',
      auth: bearer,
      description:
        'The same, as Salesforce had it before OpenID Connect: `id` of the token answer is the URL. It also has the URLs of all APIs.',
      after: `
pm.test('it says who it is and where the APIs are', () => {
  pm.response.to.have.status(200)
  const identity = pm.response.json()
  pm.expect(identity.username).to.be.a('string')
  pm.expect(identity.urls.rest).to.include('/services/data/')
})
`,
    }),
    request({
      name: 'Introspect',
      method: 'POST',
      url: '{{loginUrl}}/services/oauth2/introspect',
      form: {
        token: '{{accessToken}}',
        token_type_hint: 'access_token',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
      },
      description: 'What a token is worth (RFC 7662): asked by an app that holds it, with its own credentials.',
      after: `
pm.test('the token is active, of this app, with these scopes', () => {
  pm.response.to.have.status(200)
  const token = pm.response.json()
  pm.expect(token.active).to.equal(true)
  pm.expect(token.client_id).to.equal(pm.variables.get('webConsumerKey'))
  pm.expect(token.scope).to.include('api')
})
`,
    }),
    request({
      name: 'Refresh',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'refresh_token',
        refresh_token: '{{refreshToken}}',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
      },
      description:
        'A new access token without the person (RFC 6749 §6). An app that rotates refresh tokens gets a new one of these, too, and the old one is dead at once.',
      after: `${keepsTokens}
if (answer.refresh_token) pm.collectionVariables.set('refreshToken', answer.refresh_token)
`,
    }),
    request({
      name: 'API versions',
      url: '{{instanceUrl}}/services/data/',
      description: 'Open to everybody. The last one is the newest.',
      after: `
pm.test('there are versions', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json()).to.be.an('array').that.is.not.empty
})
pm.collectionVariables.set('version', pm.response.json().at(-1).version)
`,
    }),
    request({
      name: 'Limits',
      url: '{{instanceUrl}}/services/data/v{{version}}/limits',
      auth: bearer,
      description: 'The REST API, asked at `instance_url` with the token.',
      after: `
pm.test('there are requests left', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json().DailyApiRequests.Remaining).to.be.a('number')
})
`,
    }),
    request({
      name: 'List views of accounts',
      url: '{{instanceUrl}}/services/data/v{{version}}/sobjects/Account/listviews',
      auth: bearer,
      description: 'Something to read: the list views of accounts.',
      after: `
pm.test('there are list views', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json().listviews.map(({ developerName }) => developerName)).to.include('AllAccounts')
})
`,
    }),
  ],
}

const jwtBearer = {
  name: 'JWT bearer flow',
  description:
    'A server signs whom it acts for and gets an access token: no page, no password (RFC 7523 §2.1). The JWT is made and signed in the pre-request script, ' +
    'with the private key of the environment. Postman’s sandbox and newman’s have no RSA in common, so the script has it, in BigInt, in twenty lines.\n\n' +
    'The user must have been let in before: by an admin (*Admin approved users are pre-authorized*), or by a refresh token of theirs that is alive.',
  item: [
    request({
      name: '1. A signed JWT for an access token',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '{{assertion}}' },
      description:
        '`iss` is the consumer key, `sub` the username, `aud` the login host, `exp` three minutes ahead. No client_id, no secret.',
      before: `
needs('jwtConsumerKey', 'jwtUsername', 'privateKey', 'audience')
const claims = {
  iss: pm.variables.get('jwtConsumerKey'),
  sub: pm.variables.get('jwtUsername'),
  aud: pm.variables.get('audience'),
  exp: Math.floor(Date.now() / 1000) + 180,
}
console.log('The claims:', claims)
pm.collectionVariables.set('assertion', signJwt(claims, pm.variables.get('privateKey')))
`,
      after: `${keepsTokens}
pm.test('it has no refresh token: the next assertion takes its place', () => {
  pm.expect(answer).not.to.have.property('refresh_token')
})
`,
    }),
    request({
      name: '2. What it opens',
      url: '{{instanceUrl}}/services/data/v{{version}}/sobjects/Account/listviews',
      auth: bearer,
      description: 'The same API, as another user and without anybody having signed in.',
      after: `
pm.test('the token opens the API', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.json().listviews).to.be.an('array')
})
`,
    }),
    request({
      name: '3. For another server, refused',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '{{assertion}}' },
      description:
        'The same claims with an audience that is nobody’s. `sallyport dev` says why in the header x-sallyport-cause.',
      before: `
const claims = {
  iss: pm.variables.get('jwtConsumerKey'),
  sub: pm.variables.get('jwtUsername'),
  aud: 'https://wrong.example',
  exp: Math.floor(Date.now() / 1000) + 180,
}
pm.collectionVariables.set('assertion', signJwt(claims, pm.variables.get('privateKey')))
`,
      after: `
pm.test('it is refused: audience is invalid', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json()).to.eql({ error: 'invalid_grant', error_description: 'audience is invalid' })
})
`,
    }),
  ],
}

const samlBearer = {
  name: 'SAML bearer assertion flow',
  description:
    'The JWT bearer flow in XML: the same app, certificate, user and answer (RFC 7522 §2.1). The assertion is written in the form that exclusive ' +
    'canonicalization would give it, so that the script can digest and sign it as it stands. Each assertion counts once.',
  item: [
    request({
      name: '1. A signed SAML assertion for an access token',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion: '{{assertion}}' },
      description:
        '`Issuer` is the consumer key, `NameID` the username, `Audience` the login host, `Recipient` the token endpoint. No client_id, no secret.',
      before: `
needs('jwtConsumerKey', 'jwtUsername', 'privateKey', 'audience', 'loginUrl')
const statement = {
  issuer: pm.variables.get('jwtConsumerKey'),
  subject: pm.variables.get('jwtUsername'),
  audience: pm.variables.get('audience'),
  recipient: pm.variables.get('loginUrl') + '/services/oauth2/token',
}
console.log('What it says:', statement)
pm.collectionVariables.set('assertion', signSaml(statement, pm.variables.get('privateKey')))
`,
      after: `${keepsTokens}
pm.test('it has no refresh token: the next assertion takes its place', () => {
  pm.expect(answer).not.to.have.property('refresh_token')
})
`,
    }),
    request({
      name: '2. The same once more, refused',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion: '{{assertion}}' },
      description:
        'An assertion is good for one token: whoever copied it gets nothing. (Salesforce may answer otherwise.)',
      after: `
pm.test('an assertion counts once', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json()).to.include({ error: 'invalid_grant', error_description: 'invalid assertion' })
})
`,
    }),
  ],
}

const deviceFlow = {
  name: 'Device flow',
  description:
    'A program without a browser shows a code; a person types it elsewhere, and the program asks until they have allowed it (RFC 8628, as Salesforce speaks it).\n\n' +
    'Against a `sallyport dev` the requests 3 to 5 do what a browser does, signed in since the first folder. Against Salesforce run requests 1 and 2, open the ' +
    'verification_uri that the console prints, type the code, allow, and go on with request 6.',
  item: [
    request({
      name: '1. Ask for the two codes',
      method: 'POST',
      url: tokenUrl,
      form: { response_type: 'device_code', client_id: '{{webConsumerKey}}', scope: 'api refresh_token' },
      description:
        'No grant_type: Salesforce knows this request by its response_type. The app must be enabled for the device flow.',
      before: "needs('webConsumerKey')",
      after: `
const answer = pm.response.json()
pm.test('there is a code for the program and one for the person', () => {
  pm.response.to.have.status(200)
  pm.expect(answer.device_code).to.be.a('string')
  pm.expect(answer.user_code).to.match(/^[A-Z0-9]{8}$/)
  pm.expect(answer.interval).to.be.a('number')
})
pm.collectionVariables.set('deviceCode', answer.device_code)
pm.collectionVariables.set('userCode', answer.user_code)
pm.collectionVariables.set('verificationUri', answer.verification_uri)
console.log('Open', answer.verification_uri, 'and type', answer.user_code)
`,
    }),
    request({
      name: '2. Ask for the tokens, too early',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'device', client_id: '{{webConsumerKey}}', code: '{{deviceCode}}' },
      description:
        'The program asks every few seconds (interval). Until somebody has answered, this is what it is told.',
      after: `
pm.test('nobody has answered yet: authorization_pending', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json().error).to.equal('authorization_pending')
})
`,
    }),
    request({
      name: '3. The page for the code',
      url: '{{verificationUri}}?user_code={{userCode}}',
      headers: { Accept: 'text/html' },
      description: 'The person opens it with any browser. The page looks nothing up yet.',
      after: `
pm.test('it is a page with a field for the code', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.text()).to.include('name="user_code"')
})
pm.collectionVariables.set('formToken', fieldsOf(pm.response.text(), 'user_code').csrf_token)
`,
    }),
    request({
      name: '4. Type the code',
      method: 'POST',
      url: '{{verificationUri}}',
      headers: { Accept: 'text/html' },
      form: { csrf_token: '{{formToken}}', user_code: '{{userCode}}' },
      description:
        'Whoever is not signed in does so first. The consent page is asked for each device anew, and shows the code.',
      after: `
pm.test('it asks whether the app may act for the person', () => {
  pm.response.to.have.status(200)
  pm.expect(pm.response.text()).to.include('Allow Access?')
})
const fields = fieldsOf(pm.response.text(), 'decision')
pm.collectionVariables.set('formToken', fields.csrf_token)
pm.collectionVariables.set('source', fields.source)
`,
    }),
    request({
      name: '5. Allow',
      method: 'POST',
      url: '{{verificationUri}}',
      follows: false,
      form: { csrf_token: '{{formToken}}', source: '{{source}}', decision: 'allow' },
      description: 'Nothing is sent anywhere: the device will ask.',
      after: `
pm.test('the person is told that the device is connected', () => {
  pm.expect(pm.response.code).to.equal(303)
  pm.expect(pm.response.headers.get('Location')).to.include('/setup/connect/done')
})
`,
    }),
    request({
      name: '6. The tokens',
      method: 'POST',
      url: tokenUrl,
      form: { grant_type: 'device', client_id: '{{webConsumerKey}}', code: '{{deviceCode}}' },
      description: 'The same request as 2. A device code buys tokens once.',
      before: "needs('deviceCode')",
      after: `${keepsTokens}
pm.test('it has a refresh token, because that scope was granted', () => {
  pm.expect(answer.refresh_token).to.be.a('string')
})
`,
    }),
  ],
}

const registration = {
  name: 'Dynamic registration',
  description:
    'A program makes its own connected app under another one (OpenID Connect Dynamic Client Registration, RFC 7591). It shows the initial ' +
    'access token of that app: put it into `initialAccessToken` of the environment. It comes from `sallyport app initial-access-token <app>`, at ' +
    'Salesforce from the page of the app.',
  item: [
    request({
      name: '1. Register',
      method: 'POST',
      url: '{{loginUrl}}/services/oauth2/register',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: 'Bearer {{initialAccessToken}}',
      },
      json: {
        redirect_uris: ['https://partner.example/callback'],
        client_name: 'Registered by Postman',
        contacts: ['dev@partner.example'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        application_type: 'web',
      },
      description: 'The answer has key and secret, said this once. Without an initial access token it is refused.',
      after: `
const answer = pm.response.json()
if (pm.variables.get('initialAccessToken')) {
  pm.test('the app is there, with a key and a secret of its own', () => {
    pm.response.to.have.status(201)
    pm.expect(answer.client_id).to.be.a('string').that.is.not.empty
    pm.expect(answer.client_secret).to.be.a('string').that.is.not.empty
    pm.expect(answer.redirect_uris).to.eql(['https://partner.example/callback'])
  })
} else {
  pm.test('nobody registers without the initial access token of an app', () => {
    pm.expect(pm.response.code).to.be.at.least(400)
    pm.expect(answer.error).to.equal('invalid_token')
  })
}
`,
    }),
  ],
}

const exchanges = {
  name: 'Token exchange and asset tokens',
  description:
    'Both are the grant type of RFC 8693. A token of another issuer becomes one of the org, by a handler; an access token of the org becomes a token of a device.\n\n' +
    'Each request is skipped until its variables are set: `exchangeConsumerKey`, `exchangeConsumerSecret`, `subjectToken` and `subjectTokenType` (such as ' +
    '`id_token`) for the first; `assetAccessToken`, of an app that makes asset tokens, for the second.',
  item: [
    request({
      name: '1. A token of another issuer for an access token',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: '{{subjectToken}}',
        subject_token_type: 'urn:ietf:params:oauth:token-type:{{subjectTokenType}}',
        client_id: '{{exchangeConsumerKey}}',
        client_secret: '{{exchangeConsumerSecret}}',
      },
      description:
        'The default handler of the app says whether the token is good, and whose it is; `token_handler` names another. The secret may be left out where the app says so.',
      before: "skipWithout('exchangeConsumerKey', 'subjectToken', 'subjectTokenType')",
      after: keepsTokens,
    }),
    request({
      name: '2. An access token for an asset token',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: '{{assetAccessToken}}',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      },
      description:
        'A device adds `actor_token`, a JWT signed with its own key, and `actor_token_type`. The answer is verified by the key `asset` at `/id/keys`.',
      before: "skipWithout('assetAccessToken')",
      after: `
const answer = pm.response.json()
pm.test('there is a JWT, good for a while', () => {
  pm.response.to.have.status(200)
  pm.expect(answer.access_token.split('.')).to.have.length(3)
  pm.expect(answer.issued_token_type).to.equal('urn:ietf:params:oauth:token-type:jwt')
  pm.expect(answer.expires_in).to.be.a('number')
})
`,
    }),
  ],
}

const fadingFlows = {
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

const revoke = {
  name: 'The end',
  description: 'A refresh token is revoked, and takes everything with it that it brought (RFC 7009).',
  item: [
    request({
      name: '1. Revoke',
      method: 'POST',
      url: '{{loginUrl}}/services/oauth2/revoke',
      form: { token: '{{refreshToken}}' },
      description: 'An access token may be revoked in the same way, and ends alone.',
      after: `
pm.test('it is done, whatever the token was worth before', () => {
  pm.response.to.have.status(200)
})
`,
    }),
    request({
      name: '2. Refresh, refused',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'refresh_token',
        refresh_token: '{{refreshToken}}',
        client_id: '{{webConsumerKey}}',
        client_secret: '{{webConsumerSecret}}',
      },
      description: 'What comes of a refresh token that has ended.',
      after: `
pm.test('it is refused: expired access/refresh token', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json()).to.eql({ error: 'invalid_grant', error_description: 'expired access/refresh token' })
})
`,
    }),
  ],
}

/** The collection, format v2.1. */
export function collection() {
  return {
    info: {
      _postman_id: '5a11f0a7-0a57-4c0d-9d5e-000000000001',
      name: 'Sallyport walkthrough',
      description:
        'Salesforce’s web server flow, JWT bearer flow and device flow, request by request, against a `sallyport dev` or against Salesforce. ' +
        'Choose an environment, and run the folders from the top. `sallyport walkthrough postman` writes this collection with an environment that is filled in.',
      schema,
    },
    item: [
      webServer,
      helper,
      withTokens,
      jwtBearer,
      samlBearer,
      deviceFlow,
      exchanges,
      fadingFlows,
      registration,
      revoke,
    ],
  }
}

/** What each environment sets: which server, which apps, and who. */
const names = {
  loginUrl: 'default',
  audience: 'default',
  callbackUrl: 'default',
  webConsumerKey: 'default',
  webConsumerSecret: 'secret',
  username: 'default',
  password: 'secret',
  jwtConsumerKey: 'default',
  jwtUsername: 'default',
  privateKey: 'secret',
  initialAccessToken: 'secret',
  exchangeConsumerKey: 'default',
  exchangeConsumerSecret: 'secret',
  subjectToken: 'secret',
  subjectTokenType: 'default',
  assetAccessToken: 'secret',
  passwordConsumerKey: 'default',
  passwordConsumerSecret: 'secret',
  securityToken: 'secret',
  agentConsumerKey: 'default',
  headlessConsumerKey: 'default',
  headlessConsumerSecret: 'secret',
}

/** An environment; what is not given is there to be filled in. */
export function environment(name: string, values: Readonly<Partial<Record<keyof typeof names, string>>>) {
  const given = new Map(Object.entries(values))
  return {
    name,
    values: Object.entries(names).map(([key, type]) => ({ key, value: given.get(key) ?? '', type, enabled: true })),
    _postman_variable_scope: 'environment',
  }
}

const oauthCallback = 'https://oauth.pstmn.io/v1/callback'

/** The environments beside the collection, by the name of their file. */
export const environments = {
  'sallyport-dev': environment('Sallyport dev', {
    loginUrl: 'http://localhost:8787',
    audience: 'http://localhost:8787',
    callbackUrl: 'http://localhost:8787/services/oauth2/success',
  }),
  production: environment('Salesforce production', {
    loginUrl: 'https://login.salesforce.com',
    audience: 'https://login.salesforce.com',
    callbackUrl: oauthCallback,
  }),
  sandbox: environment('Salesforce sandbox', {
    loginUrl: 'https://test.salesforce.com',
    audience: 'https://test.salesforce.com',
    callbackUrl: oauthCallback,
  }),
  'my-domain': environment('Salesforce My Domain', {
    loginUrl: 'https://YOUR-DOMAIN.my.salesforce.com',
    audience: 'https://YOUR-DOMAIN.my.salesforce.com',
    callbackUrl: oauthCallback,
  }),
}
