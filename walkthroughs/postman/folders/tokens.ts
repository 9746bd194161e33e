import { bearer, keepsTokens, request, tokenUrl } from '../request.ts'

/** What there is to do with tokens. */
export const withTokens = {
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

/** How they end. */
export const revoke = {
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
