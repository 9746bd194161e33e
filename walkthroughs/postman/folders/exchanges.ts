import { keepsTokens, request, tokenUrl } from '../request.ts'

/** The two flows that share a grant type. */
export const exchanges = {
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
