import type { InvocationContext } from './connected-app-plugin.ts'

const bearer = 'urn:ietf:params:oauth:grant-type:'

// By what the journal calls a flow: the grant type at the token endpoint, a name of ours at the authorize endpoint.
const contexts: ReadonlyMap<string, InvocationContext> = new Map([
  ['web-server', 'OAUTH2_WEB_SERVER'],
  ['user-agent', 'OAUTH2_USER_AGENT_TOKEN'],
  ['authorization_code', 'OAUTH2_WEB_SERVER'],
  ['hybrid_auth_code', 'OAUTH2_WEB_SERVER'],
  ['refresh_token', 'REFRESH_TOKEN'],
  ['hybrid_refresh', 'REFRESH_TOKEN'],
  ['password', 'OAUTH2_USERNAME_PASSWORD'],
  ['assertion', 'OAUTH2_SAML_ASSERTION'],
  [`${bearer}jwt-bearer`, 'OAUTH2_JWT_BEARER_TOKEN'],
  [`${bearer}saml2-bearer`, 'OAUTH2_SAML_BEARER_ASSERTION'],
  ['asset_token', 'ASSET_TOKEN'],
  ['saml', 'SAML_ASSERTION'],
])

/** What a handler is asked for, in Apex's words; `UNKNOWN` for flows that Apex has no word for. */
export function contextOf(flow: string | undefined): InvocationContext {
  return contexts.get(flow ?? '') ?? 'UNKNOWN'
}
