import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { AppAccess } from '../../connected-apps/app-access.ts'
import type { ConnectedApp, ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { pass } from '../../journal/checklist.ts'
import type { Org } from '../../orgs/org.ts'
import { isInForce } from '../../releases/release-updates.ts'
import type { CheckCredentials } from '../../sessions/credentials.ts'
import type { PermissionSetStore } from '../../users/profile.ts'
import type { UserStore } from '../../users/user.ts'
import { accessByPassword } from '../password-access.ts'
import { credentialsRefusal, type Refusal } from '../refusal.ts'
import { scopesOf } from '../scope-request.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs {
  readonly checkCredentials: CheckCredentials
  readonly apps: Pick<ConnectedAppStore, 'findPolicies'>
  readonly appAccess: AppAccess
  readonly users: Pick<UserStore, 'noteLogin'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly now: Clock
}

const params = z.object({ username: optionalText, password: optionalText })

/**
 * OAuth 2.0 Username-Password Flow (RFC 6749 §4.3): the app has a user's name and password and sends them. Away from
 * trusted addresses their security token stands behind the password. No scope is asked for or answered, and there is
 * never a refresh token. Whatever is wrong about the credentials, the answer is the same.
 */
export function usernamePassword({
  checkCredentials,
  apps,
  appAccess,
  users,
  permissionSets,
  now,
}: Needs): Grant<z.infer<typeof params>> {
  return {
    type: 'password',
    client: 'authenticated',
    params,
    secretRequiredBy: () => 'the username-password flow',

    async authorize({ username, password }, { app }, { request, checks }) {
      if (app.external !== undefined) {
        const facts = { app: app.label, flow: 'username-password' } as const
        throw credentialsRefusal({ reason: 'flow-not-of-external-apps', facts })
      }
      if (!app.isUsernamePasswordEnabled) throw credentialsRefusal(offFor(app, 'app', undefined))
      if (username === undefined || password === undefined) {
        const parameter = username === undefined ? 'username' : 'password'
        throw credentialsRefusal({ reason: 'credentials-missing', facts: { parameter } })
      }
      const { site, sourceIp } = request
      const refuse = (org: Org) => {
        if (isInForce('endUsernamePasswordFlow', org.settings, now())) return offFor(app, 'release', org)
        if (org.settings.blockOAuthUnPwFlow) return offFor(app, 'org', org)
        pass(checks, 'flow')
        return undefined
      }
      const freedBy = async ({ org }: { readonly org: Org }) => {
        const policies = await apps.findPolicies(app.id, org.id)
        return policies?.ipRelaxation === 'BYPASS' ? app : undefined
      }
      const rules = { by: 'program' as const, refuse, freedBy }
      const checked = await checkCredentials({ username, password, site, sourceIp }, rules, checks)
      if (!checked.ok) throw credentialsRefusal(checked.refusal)
      const { org, user, profile, at } = checked
      const policies = await accessByPassword({ appAccess, permissionSets }, { org, user, profile, app }, checks)
      const scopes = scopesOf(app)
      pass(checks, 'scope', { scopes })
      await users.noteLogin(user.id, at)
      return { app, policies, org, user, scopes, source: { kind: 'password' }, loginSubType: 'OauthUsernamePassword' }
    },
  }
}

function offFor(app: ConnectedApp, by: 'app' | 'org' | 'release', org: Org | undefined) {
  return { reason: 'password-flow-off', facts: { app: app.label, by, org: org?.name ?? '' } } as const satisfies Refusal
}
