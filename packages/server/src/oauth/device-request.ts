import { checkOauthUse, isToBeInstalled } from '../connected-apps/access.ts'
import { uninstalledUses } from '../connected-apps/app-access.ts'
import { type ConnectedApp, type ConnectedAppStore, uninstalledPolicies } from '../connected-apps/connected-app.ts'
import { requestedScopes, type Scope } from '../connected-apps/scope.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import { isInForce } from '../releases/release-updates.ts'
import { hashSecret, randomText, tokenText } from '../secret.ts'
import { type DeviceCodeStore, deviceCodeShape, newUserCode } from '../tokens/device-code.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** What a device is answered, by Salesforce's field names (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  /** The same with the user code in it: to be shown as a picture that a telephone reads. Not of Salesforce. */
  readonly verification_uri_complete?: string
  /** Seconds; Salesforce leaves it out. */
  readonly expires_in?: number
  /** Seconds to wait between two questions. */
  readonly interval: number
}

/** How devices are answered. */
export interface DeviceRules {
  /** Apps that must show their secret in the web server flow must show it here; Salesforce does without (RFC 8628 §3.1). */
  readonly devicesShowSecret: boolean
  /** The answer says `expires_in` and `verification_uri_complete` (RFC 8628 §3.2), which Salesforce's does not. */
  readonly answersDevicesInFull: boolean
}

/** Gives a device its two codes. @throws {OAuthError} */
export type RequestDevice = (request: TokenRequest, checks: Checklist) => Promise<DeviceAuthorization>

interface Needs {
  readonly deviceCodes: Pick<DeviceCodeStore, 'add'>
  readonly apps: Pick<ConnectedAppStore, 'findPolicies' | 'noteUninstalledUse'>
  readonly authenticateClient: ClientAuthentication
  readonly rules: DeviceRules
  readonly now: () => Date
}

/** Where people type the code of their device, as at Salesforce. */
export const connectPath = '/setup/connect'

// Salesforce's, in seconds.
const lifetime = 600
const interval = 5

/** Whether a request to the token endpoint is one for the codes of a device: Salesforce takes it there, by its `response_type`. */
export function isDeviceRequest({ parameters }: TokenRequest): boolean {
  return !parameters.has('grant_type') && parameters.get('response_type') === 'device_code'
}

/** The setting that makes a device show the consumer secret of its app. */
export function deviceSecretRequired({ devicesShowSecret }: DeviceRules): (app: ConnectedApp) => string | undefined {
  return (app) =>
    devicesShowSecret && !app.isConsumerSecretOptional ? 'Require Secret for Web Server Flow' : undefined
}

/**
 * OAuth 2.0 Device Flow, its beginning (RFC 8628 §3.1): whoever holds the device code asks for tokens with it, until
 * somebody who is signed in elsewhere has typed the user code and allowed the app.
 */
export function deviceRequest({ deviceCodes, apps, authenticateClient, rules, now }: Needs): RequestDevice {
  const note = uninstalledUses({ apps, now })
  const secretRequiredBy = deviceSecretRequired(rules)

  return async (request, checks) => {
    checks.flow = 'device_code'
    const { app } = await authenticateClient(request, secretRequiredBy, checks)
    if (!app.isDeviceFlowEnabled) throw refusal({ reason: 'device-flow-off', facts: { app: app.label } })
    pass(checks, 'flow')
    if (request.site.org !== undefined) await checkInstalledAt(request.site.org, app, checks)
    const scopes = scopesAsked(request.parameters.get('scope'), app)
    pass(checks, 'scope', { scopes })
    const { deviceCode, userCode } = await newCodes(app, scopes)
    const verificationUri = request.site.base + connectPath
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: verificationUri,
      ...(rules.answersDevicesInFull && {
        verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
        expires_in: lifetime,
      }),
      interval,
    }
  }

  /** At an org's own address it is known whose person will be asked, and a device need not be told to wait in vain. */
  async function checkInstalledAt(org: Org, app: ConnectedApp, checks: Checklist): Promise<void> {
    // By leave it may be used as well where the org behaves as Salesforce did once: the user will be asked about.
    if (app.external === undefined && !isInForce('blockDeviceFlowOfUninstalledApps', org.settings, now())) return
    const policies = (await apps.findPolicies(app.id, org.id)) ?? uninstalledPolicies(app.id, org.id)
    const unusable = checkOauthUse({ org, app, policies, uninstalledUse: undefined }, checks)
    if (unusable === undefined) return
    if (isToBeInstalled(unusable)) await note.refused(policies)
    throw refusal(unusable)
  }

  async function newCodes(app: ConnectedApp, scopes: readonly Scope[]) {
    const issuedAt = now()
    const expiresAt = new Date(issuedAt.getTime() + lifetime * 1000)
    const secret = randomText(deviceCodeShape.length)
    for (;;) {
      const userCode = newUserCode()
      const id = await deviceCodes.add({
        hash: hashSecret(secret),
        userCodeHash: hashSecret(userCode),
        appId: app.id,
        scopes,
        issuedAt,
        expiresAt,
        interval,
      })
      if (id !== undefined) return { deviceCode: tokenText(deviceCodeShape, id, secret), userCode }
    }
  }
}

function scopesAsked(scope: string | undefined, app: ConnectedApp): readonly Scope[] {
  const asked = requestedScopes(scope, app.scopes)
  if (asked.ok) return asked.scopes
  const facts = {
    app: app.label,
    found: [...asked.unknown, ...asked.notOfApp],
    allowed: app.scopes,
    by: 'app',
  } as const
  throw refusal({ reason: 'scope-not-allowed', facts })
}
