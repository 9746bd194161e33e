import { putExternalCredential, putNamedCredential } from '../../src/named-credentials/change-credential.ts'
import { externalCredentialFrom, namedCredentialFrom } from '../../src/named-credentials/entered-credential.ts'
import { recordIds } from '../../src/record-id.ts'
import type { TestServer } from '../flows/test-server.ts'
import { made } from '../open-acts.ts'

/** What a form sends of an external credential that trades JWTs. */
export const enteredExternal = {
  label: 'Org B sign-in',
  authenticationProtocol: 'Oauth',
  variant: 'JwtBearer',
  tokenUrl: 'https://b.example/services/oauth2/token',
  scope: 'api',
  issuer: 'key',
  subject: 'robot@b.example',
  audience: 'https://b.example',
  namedPrincipals: 'Main',
}

/** What a form sends of a named credential by that one. */
export const enteredNamed = { label: 'Org B', url: 'https://b.example', externalCredential: 'Org_B', isEnabled: 'on' }

/** Adds a named credential, and the external one that it signs in by. */
export async function addCredentials({ stores, org, now }: TestServer) {
  const needs = { ...stores, newId: recordIds(now), now }
  const external = externalCredentialFrom({
    ...enteredExternal,
    description: '',
    authenticationProtocol: 'Custom',
    variant: '',
    signingCertificate: '',
    namedPrincipals: ['Main'],
    perUserPrincipals: [],
    headers: [],
    statusCodes: [],
  })
  const externalCredential = made(await putExternalCredential(needs, org, { name: 'Org_B', settings: external }))
  const named = namedCredentialFrom({
    ...enteredNamed,
    description: 'Orders',
    certificate: '',
    isEnabled: true,
    generateAuthorizationHeader: true,
    allowMergeFieldsInHeader: false,
    allowMergeFieldsInBody: false,
    headers: ['X-Tenant: 7'],
  })
  return {
    externalCredential,
    namedCredential: made(await putNamedCredential(needs, org, { name: 'Org_B_Api', settings: named })),
  }
}
