import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { SessionOrigin } from '../sessions/session.ts'
import { refusal } from './refusal.ts'

interface AssuranceQuestion {
  readonly app: Pick<ConnectedApp, 'label'>
  readonly policies: Pick<AppPolicies, 'requiresHighAssurance'>
  readonly session: Pick<SessionOrigin, 'level'>
}

/**
 * *High assurance session required*, asked of what goes back to a session, as codes and refresh tokens do: a policy holds
 * for those of before, too. @throws {OAuthError} `invalid_session_level`
 */
export function checkAssurance({ app, policies, session }: AssuranceQuestion, checks: Checklist): void {
  if (!policies.requiresHighAssurance) return
  if (session.level !== 'HIGH_ASSURANCE') {
    throw refusal({ reason: 'session-level-too-low', facts: { app: app.label, because: 'token' } })
  }
  pass(checks, 'assurance', { level: session.level })
}
