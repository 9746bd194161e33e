import { keepsTokens, request, tokenUrl } from '../request.ts'

/** A token of the app's own, without any person. */
export const clientCredentials = {
  name: 'Client credentials flow',
  description:
    'The app acts as the user that an admin chose for it (*Run As*). Salesforce gives these tokens at the My Domain of the org alone.\n\n' +
    'Skipped until `myDomainUrl`, `clientConsumerKey` and `clientConsumerSecret` are set; the last request until there is `clientPrivateKey`, the key of the app’s certificate.',
  item: [
    request({
      name: '1. Key and secret for an access token',
      method: 'POST',
      url: '{{myDomainUrl}}/services/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_id: '{{clientConsumerKey}}',
        client_secret: '{{clientConsumerSecret}}',
      },
      description: 'There is no refresh token: the app asks again.',
      before: "skipWithout('myDomainUrl', 'clientConsumerKey', 'clientConsumerSecret')",
      after: `${keepsTokens}
pm.test('it has no refresh token', () => {
  pm.expect(answer).not.to.have.property('refresh_token')
})
`,
    }),
    request({
      name: '2. At the login host, refused',
      method: 'POST',
      url: tokenUrl,
      form: {
        grant_type: 'client_credentials',
        client_id: '{{clientConsumerKey}}',
        client_secret: '{{clientConsumerSecret}}',
      },
      description: 'The login host is of all orgs, and so of none.',
      before: `
skipWithout('myDomainUrl', 'clientConsumerKey', 'clientConsumerSecret')
if (pm.variables.get('myDomainUrl') === pm.variables.get('loginUrl')) pm.execution.skipRequest()
`,
      after: `
pm.test('it is refused: request not supported on this domain', () => {
  pm.response.to.have.status(400)
  pm.expect(pm.response.json()).to.eql({ error: 'invalid_grant', error_description: 'request not supported on this domain' })
})
`,
    }),
    request({
      name: '3. A signed JWT in place of the secret',
      method: 'POST',
      url: '{{myDomainUrl}}/services/oauth2/token',
      form: {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: '{{clientAssertion}}',
      },
      description:
        'The app signs who it is with the key of its certificate (`private_key_jwt`, RFC 7523 §2.2): `iss` and `sub` are its consumer key, `aud` is who is asked, `jti` is never the same. No secret goes over the wire, here or in any flow that asks for one.',
      before: `
skipWithout('myDomainUrl', 'clientConsumerKey', 'clientPrivateKey')
const key = pm.variables.get('clientPrivateKey')
const claims = {
  iss: pm.variables.get('clientConsumerKey'),
  sub: pm.variables.get('clientConsumerKey'),
  aud: pm.variables.get('myDomainUrl'),
  exp: Math.floor(Date.now() / 1000) + 180,
  jti: unguessable(key),
}
pm.collectionVariables.set('clientAssertion', signJwt(claims, key))
`,
      after: keepsTokens,
    }),
  ],
}
