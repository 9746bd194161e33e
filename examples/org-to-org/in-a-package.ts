import { apex, certificateFolder } from '@sallyport/client'

// What the package's setup page asked the admin for, and keeps in a protected custom setting: nothing of it is in the package.
const setting = {
  consumerKey: process.env['CONSUMER_KEY'] ?? '',
  certificateName: process.env['CERTIFICATE_NAME'] ?? '',
}
// In Apex: URL.getOrgDomainUrl() and UserInfo.getUserName().
const orgDomainUrl = process.env['ORG_DOMAIN_URL'] ?? ''
const runningUser = process.env['RUNNING_USER'] ?? ''

const { Auth, System } = apex({ certificates: await certificateFolder('certs', { password: process.env['STORE'] }) })
try {
  const jwt = new Auth.JWT()
  jwt.setIss(setting.consumerKey)
  jwt.setSub(runningUser)
  jwt.setAud(orgDomainUrl)
  const jws = new Auth.JWS(jwt, setting.certificateName)
  const token = await new Auth.JWTBearerTokenExchange(`${orgDomainUrl}/services/oauth2/token`, jws).getAccessToken()
  process.stdout.write(`A token for ${runningUser}, of ${token.length} characters.\n`)
} catch (error) {
  if (error instanceof System.NoDataFoundException) process.stdout.write(`Tell the admin: ${error.getMessage()}\n`)
  else if (error instanceof Auth.JWTBearerTokenExchange.JWTBearerTokenExchangeException) {
    process.stdout.write(`Tell the admin: ${error.getMessage()}\n`)
  } else throw error
  process.exitCode = 1
}
