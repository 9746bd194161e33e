import { createPrivateKey } from 'node:crypto'
import { expect, it } from 'vitest'
import { testCertificate } from '../../test/certificates.ts'
import { made, madeOrg, openActs, testNow } from '../../test/open-acts.ts'
import { importCertificate } from '../certificates/new-certificate.ts'
import { certificateUses } from './certificate-uses.ts'
import { newConnectedApp } from './new-connected-app.ts'

it('finds the apps that verify with the key of a certificate, in the orgs that may be told of', async () => {
  await using acts = await openActs()
  const [org, other] = [await madeOrg(acts), await madeOrg(acts, 'Other')]
  const { certificate, privateKey } = await testCertificate('Warehouse', testNow)
  const { makeSelfSigned, pemBlock } = await import('@sallyport/keystore')
  const key = createPrivateKey(privateKey).export({ format: 'der', type: 'pkcs8' })
  const renewed = await makeSelfSigned({ uniqueName: 'Renewed', privateKey: key, now: testNow })
  const another = (await testCertificate('Another', testNow)).certificate
  const held = made(await importCertificate(acts, org, { name: 'Warehouse', certificate, privateKey }))
  const entered = { contactEmail: 'dev@app.example', callbackUrls: ['https://app.example/cb'], scopes: ['api'] }
  for (const [place, fullName, pem] of [
    [org, 'Same', certificate],
    [org, 'Renewed', pemBlock('CERTIFICATE', renewed.certificate)],
    [org, 'Another', another],
    [org, 'None', ''],
    [other, 'Elsewhere', certificate],
  ] as const) {
    made(await newConnectedApp(acts, place, { ...entered, fullName, certificate: pem }))
  }
  const uses = async (orgs: Parameters<typeof certificateUses>[2]) =>
    (await certificateUses(acts, held, orgs)).map(({ app, isSame }) => [app.fullName, isSame])
  expect(await uses([org])).toEqual([
    ['Renewed', false],
    ['Same', true],
  ])
  expect(await uses([org, other])).toContainEqual(['Elsewhere', true])
})
