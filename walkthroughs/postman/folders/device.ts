import { keepsTokens, request, takesConsentForm, tokenUrl } from '../request.ts'

/** The device flow, its pages included. */
export const deviceFlow = {
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
      after: takesConsentForm,
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
