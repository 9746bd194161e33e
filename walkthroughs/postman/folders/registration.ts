import { request } from '../request.ts'

/** An app that registers itself. */
export const registration = {
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
