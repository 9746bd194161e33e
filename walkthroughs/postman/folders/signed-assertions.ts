import { bearer, keepsTokens, request, tokenUrl } from '../request.ts'

/** The JWT bearer flow. */
export const jwtBearer = {
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

/** The same in XML. */
export const samlBearer = {
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
