import { apex, certificateFolder } from '@sallyport/client'

const { Auth, Http, HttpRequest } = apex({
  certificates: await certificateFolder('certs', { password: process.env['STORE'] }),
})
const target = process.env['TARGET'] ?? 'http://localhost:8811'

const jwt = new Auth.JWT()
jwt.setIss('SourceIntegration0000000001')
jwt.setSub('robot@target.example')
jwt.setAud(target)
const jws = new Auth.JWS(jwt, 'OrgA_JWT')
const token = await new Auth.JWTBearerTokenExchange(`${target}/services/oauth2/token`, jws).getAccessToken()

for (const path of ['/services/data/v48.0/limits', '/services/data/v48.0/sobjects/Account/listviews/']) {
  const request = new HttpRequest()
  request.setEndpoint(target + path)
  request.setMethod('GET')
  request.setHeader('Authorization', `Bearer ${token}`)
  const response = await new Http().send(request)
  process.stdout.write(`${path} ${response.getStatusCode()} ${response.getBody()}\n`)
}
