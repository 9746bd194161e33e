import { z } from 'zod'
import { pass } from '../../journal/checklist.ts'
import { readToken } from '../../secret.ts'
import { type DeviceCode, type DeviceCodeStore, deviceCodeShape } from '../../tokens/device-code.ts'
import type { UserStore } from '../../users/user.ts'
import { type DeviceRules, deviceSecretRequired } from '../device-request.ts'
import type { OAuthError } from '../error.ts'
import { type Refusal, refusal, rfc8628Refusal } from '../refusal.ts'
import type { UserOfApp } from '../user-of-app.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs {
  readonly deviceCodes: Pick<DeviceCodeStore, 'find' | 'notePoll'>
  readonly users: Pick<UserStore, 'find'>
  /** That of the device flow, for which an app has to be installed. */
  readonly userOfApp: UserOfApp
  readonly rules: DeviceRules
  readonly now: () => Date
}

const params = z.object({ code: optionalText, device_code: optionalText })

// Milliseconds: what left the device in time may have been quicker on the way than what left before it.
const tolerance = 1000

/** OAuth 2.0 Device Flow, its end, as Salesforce speaks it: the device asks with `grant_type=device` and its code. */
export function device(needs: Needs): Grant<z.infer<typeof params>> {
  return polling(needs, { type: 'device', parameter: 'code', refuse: refusal })
}

/** The same in the words of RFC 8628 §3.4, which Salesforce does not take. */
export function deviceCode(needs: Needs): Grant<z.infer<typeof params>> {
  const type = 'urn:ietf:params:oauth:grant-type:device_code'
  return polling(needs, { type, parameter: 'device_code', refuse: rfc8628Refusal })
}

interface Manner {
  readonly type: string
  readonly parameter: 'code' | 'device_code'
  refuse(refused: Refusal): OAuthError
}

function polling(needs: Needs, { type, parameter, refuse }: Manner): Grant<z.infer<typeof params>> {
  const { deviceCodes, users, userOfApp, rules, now } = needs
  return {
    type,
    client: 'authenticated',
    params,
    secretRequiredBy: deviceSecretRequired(rules),

    async authorize({ [parameter]: text }, { app }, { request, checks }) {
      const at = now()
      if (!app.isDeviceFlowEnabled) throw refuse({ reason: 'device-flow-off', facts: { app: app.label } })
      pass(checks, 'flow')
      if (text === undefined) throw refuse({ reason: 'device-code-missing', facts: { parameter } })
      const presented = readToken(deviceCodeShape, text)
      const finding = presented === undefined ? { state: 'unknown' as const } : await deviceCodes.find(presented, at)
      if (finding.state === 'unknown') throw refuse({ reason: 'device-code-unknown', facts: {} })
      const { code } = finding
      if (code.appId !== app.id) throw refuse({ reason: 'device-code-of-another-app', facts: { app: app.label } })
      if (finding.state === 'expired') throw refuse({ reason: 'device-code-expired', facts: ageOf(code, at) })
      if (finding.state === 'pending') {
        pass(checks, 'device-code-known')
        pass(checks, 'device-code-fresh')
        throw refuse(await notYet(code, app.label, at))
      }
      const { orgId, userId, authTime } = finding.answer
      if (finding.state === 'denied') {
        checks.orgId = orgId
        checks.userId = userId
        const user = await users.find(userId)
        throw refuse({ reason: 'denied-by-user', facts: { app: app.label, user: user?.username ?? '' } })
      }
      // Freezing a user or blocking an app ends codes, too, and is what the device has to be told.
      const { org, user, policies } = await userOfApp({ userId, app, request, checks, relaxesAddress: false })
      if (finding.state === 'spent') {
        throw refuse({ reason: 'device-code-spent', facts: { issued: code.issuedAt.toISOString() } })
      }
      if (policies.requiresHighAssurance) throw refuse({ reason: 'high-assurance-required', facts: { app: app.label } })
      pass(checks, 'device-code-known')
      pass(checks, 'device-code-fresh')
      pass(checks, 'answered', { by: user.username })
      pass(checks, 'scope', { scopes: code.scopes })
      return {
        app,
        policies,
        org,
        user,
        scopes: code.scopes,
        source: { kind: 'device-code', deviceCodeId: code.id, authTime },
        loginSubType: undefined,
      }
    },
  }

  async function notYet(code: DeviceCode, app: string, at: Date): Promise<Refusal> {
    const { isTooFast, interval } = await deviceCodes.notePoll(code.id, at, tolerance)
    if (isTooFast) return { reason: 'polled-too-fast', facts: { app, interval } }
    return { reason: 'authorization-pending', facts: { app, interval, until: code.expiresAt.toISOString() } }
  }
}

function ageOf({ issuedAt, expiresAt }: DeviceCode, now: Date) {
  const lifetime = (expiresAt.getTime() - issuedAt.getTime()) / 1000
  return { issued: issuedAt.toISOString(), now: now.toISOString(), lifetime }
}
