import { request } from '../request.ts'

/** Sign-ins that somebody else than the org vouches for. */
export const singleSignOn = {
  name: 'Single sign-on',
  description:
    'An identity provider says who somebody is: by an assertion that it signs (SAML assertion flow), or by a sign-in in the browser (*Auth. Providers*).\n\n' +
    'Each request is skipped until its variables are set. The first takes `samlTokenUrl` (the OAuth 2.0 Token Endpoint on the page of the SAML settings), ' +
    '`samlIssuer`, `samlEntityId`, `samlSubject` and `samlPrivateKey`, the key of the provider; the second `signInUrl`, the Single Sign-On Initialization ' +
    'URL on the page of the auth. provider.',
  item: [
    request({
      name: '1. An assertion of an identity provider for an access token',
      method: 'POST',
      url: '{{samlTokenUrl}}',
      form: {
        grant_type: 'assertion',
        assertion_type: 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser',
        assertion: '{{assertion}}',
      },
      description:
        'No app is named, and there is no refresh token. `Issuer` and `Audience` are those of the SAML settings, `Recipient` the address that is asked.',
      before: `
skipWithout('samlTokenUrl', 'samlIssuer', 'samlEntityId', 'samlSubject', 'samlPrivateKey')
const statement = {
  issuer: pm.variables.get('samlIssuer'),
  subject: pm.variables.get('samlSubject'),
  audience: pm.variables.get('samlEntityId'),
  recipient: pm.variables.get('samlTokenUrl'),
}
console.log('What it says:', statement)
pm.collectionVariables.set('assertion', signSaml(statement, pm.variables.get('samlPrivateKey')))
`,
      after: `
const answer = pm.response.json()
pm.test('there is an access token of the user that the provider named, and nothing to refresh it with', () => {
  pm.response.to.have.status(200)
  pm.expect(answer.access_token).to.be.a('string')
  pm.expect(answer.instance_url).to.match(/^https?:/)
  pm.expect(answer).not.to.have.property('refresh_token')
})
`,
    }),
    request({
      name: '2. Where the sign-in goes',
      url: '{{signInUrl}}',
      follows: false,
      description:
        'A browser that opens this address is sent to the provider, with a state and a nonce of its own, and comes back to `/services/authcallback/…`.',
      before: "skipWithout('signInUrl')",
      after: `
const asked = queryOf(pm.response.headers.get('Location'))
pm.test('the browser is sent to the provider, which is to answer with a code', () => {
  pm.expect(pm.response.code).to.equal(302)
  pm.expect(asked.response_type).to.equal('code')
  pm.expect(asked.client_id).to.be.a('string').that.is.not.empty
  pm.expect(asked.state).to.be.a('string').that.is.not.empty
  pm.expect(asked.redirect_uri).to.include('/services/authcallback/')
})
console.log('Open this in a browser:', pm.variables.replaceIn(pm.request.url.toString()))
`,
    }),
  ],
}
