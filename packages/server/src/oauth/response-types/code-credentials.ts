import { code } from './code.ts'
import type { ResponseType } from './response-type.ts'

/**
 * OAuth 2.0 Authorization Code and Credentials Flow: as {@link code}, but the app shows the form, and sends what was typed
 * with the request (*headless login*). No page of this server is ever seen.
 */
export function codeCredentials(needs: Parameters<typeof code>[0]): ResponseType {
  return {
    ...code(needs),
    type: 'code_credentials',
    flow: 'code-credentials',
    modes: ['query'],
    signsIn: 'in-the-app',
    checkRequest: ({ app }) =>
      app.isCodeCredentialEnabled
        ? undefined
        : { reason: 'flow-off-for-app', facts: { app: app.label, flow: 'code-credentials' } },
    checkOrg: ({ name, settings }) =>
      settings.oAuthCdCrdtFlowEnable
        ? undefined
        : { reason: 'flow-off-in-org', facts: { org: name, flow: 'code-credentials' } },
  }
}
