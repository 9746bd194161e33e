import { apex, certificateFolder, namedCredentials, readDxProject } from '@sallyport/client'

const certificates = await certificateFolder('certs', { password: process.env['STORE'] })
const callouts = namedCredentials({ ...(await readDxProject('force-app')), certificates })
const { Http, HttpRequest } = apex({ certificates, callouts })

for (const path of ['/services/data/v48.0/limits', '/services/data/v48.0/sobjects/Account/listviews/']) {
  const request = new HttpRequest()
  request.setEndpoint(`callout:Target${path}`)
  request.setMethod('GET')
  const response = await new Http().send(request)
  process.stdout.write(`${path} ${response.getStatusCode()} ${response.getBody()}\n`)
}
