import { z } from 'zod'
import { checkAddress, checkUser } from '../../connected-apps/access.ts'
import type { AppAccess } from '../../connected-apps/app-access.ts'
import type { ApprovalStore } from '../../connected-apps/approval.ts'
import type { AppPolicies, ConnectedApp, ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { refreshScope, type Scope } from '../../connected-apps/scope.ts'
import { aboutApp, type Checklist, pass } from '../../journal/checklist.ts'
import type { Addresses, Site } from '../../orgs/address.ts'
import type { OrgStore } from '../../orgs/org.ts'
import type { Authorization } from '../../tokens/authorization.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../../users/profile.ts'
import { canonicalUsername, type User, type UserStore } from '../../users/user.ts'
import { approvedScopes } from '../approved-scopes.ts'
import { audiencesBy, checkOwnAudience } from '../audience.ts'
import { refusal } from '../refusal.ts'
import { shownConsumerKey } from '../shown-consumer-key.ts'
import { type Grant, optionalText } from './grant.ts'

/** What an app signs to act for a user, whatever it is written in. Nothing of it is proved until `prove` has returned. */
export interface BearerAssertion {
  /** The consumer key of the app. */
  readonly issuer: string
  /** The user's name. */
  readonly subject: string | undefined
  /** Whether the app signed it. @throws {OAuthError} */
  prove(app: ConnectedApp, now: Date, checks: Checklist): ProvedAssertion | Promise<ProvedAssertion>
}

/** An assertion of which it is known who signed it. */
export interface ProvedAssertion {
  readonly audiences: readonly string[]
  /**
   * Whether it was made for one of these addresses; answers what is remembered of it, so that it is not used twice.
   * @throws {OAuthError}
   */
  checkAudience(accepted: readonly string[], checks: Checklist): Authorization['source']
}

/** What grants by assertion need. */
export interface BearerAssertionNeeds {
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey'>
  readonly appAccess: AppAccess
  readonly users: Pick<UserStore, 'findByUsername'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly approvals: Pick<ApprovalStore, 'find' | 'scopesWithRefreshToken'>
  readonly addresses: Addresses
  /** Whether `https://login.salesforce.com` and `https://test.salesforce.com` are audiences of ours, by org type. */
  readonly acceptsSalesforceHosts: boolean
  readonly now: () => Date
}

const params = z.object({ assertion: optionalText })

/**
 * The steps of a grant in which an app signs whom it acts for; no password, no page (RFC 7521 §4.1). Salesforce ignores `scope`
 * here: scopes come from what was approved before. Never a refresh token.
 * @param read takes apart what was sent as `assertion`
 */
export function bearerAssertion(
  needs: BearerAssertionNeeds,
  type: string,
  read: (assertion: string, checks: Checklist) => BearerAssertion | Promise<BearerAssertion>,
): Grant<z.infer<typeof params>> {
  const { apps, appAccess, users, profiles, permissionSets, orgs, approvals, addresses, now } = needs
  const audiencesOf = audiencesBy(addresses, needs.acceptsSalesforceHosts)

  return {
    type,
    client: 'in-assertion',
    params,

    async authorize({ assertion: text }, { request, checks }) {
      const at = now()
      if (text === undefined) throw refusal({ reason: 'assertion-missing', facts: {} })
      const assertion = await read(text, checks)
      const app = await issuerOf(assertion, checks)
      const { subject } = assertion
      const user = subject === undefined ? undefined : await users.findByUsername(canonicalUsername(subject))
      // Whom it claims to be about is noted before it is proved: Login History keeps failed attempts, too.
      if (user !== undefined && user.orgId === app.orgId) {
        checks.orgId = user.orgId
        checks.userId = user.id
      }
      const proved = await assertion.prove(app, at, checks)
      if (subject === undefined) throw refusal({ reason: 'subject-missing', facts: {} })
      const org = await orgs.find(user?.orgId ?? app.orgId ?? '')
      if (org === undefined) throw refusal({ reason: 'user-unknown', facts: { found: subject.slice(0, 256) } })
      const audiences = audiencesOf(org, at)
      checkOwnAudience(proved.audiences, audiences, app)
      const source = proved.checkAudience(audiences.accepted, checks)
      if (user === undefined) throw refusal({ reason: 'user-unknown', facts: { found: subject.slice(0, 256) } })
      checkHost(user, request.site, checks)

      const profile = await profiles.find(user.profileId)
      if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
      // Whatever the app's IP relaxation says, the profile's ranges hold for assertions.
      const refused =
        checkUser({ org, user, profile, now: at }, checks) ??
        checkAddress({ profile, sourceIp: request.sourceIp }, checks)
      if (refused !== undefined) throw refusal(refused)
      const access = await appAccess({ org, user, profile, app }, checks)
      if (!access.granted) throw refusal(access.refusal)
      if (access.policies.requiresHighAssurance) {
        throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
      }
      if (!(await hasPermission(permissionSets, user, profile, 'ApiEnabled'))) {
        throw refusal({ reason: 'api-not-enabled', facts: { user: user.username, profile: profile.name } })
      }
      const scopes = access.preApproved
        ? scopesOf(app)
        : await scopesApproved({ app, policies: access.policies, user }, at, checks)
      pass(checks, 'scope', { scopes })
      return {
        app,
        policies: access.policies,
        org,
        user,
        scopes,
        source,
        loginSubType: undefined,
      } satisfies Authorization
    },
  }

  async function issuerOf({ issuer }: BearerAssertion, checks: Checklist): Promise<ConnectedApp> {
    const app = await apps.findByConsumerKey(issuer)
    if (app === undefined) throw refusal({ reason: 'client-unknown', facts: { found: shownConsumerKey(issuer) } })
    aboutApp(checks, app)
    pass(checks, 'client-known', { app: app.label })
    return app
  }

  function checkHost(user: User, site: Site, checks: Checklist): void {
    checks.orgId = user.orgId
    checks.userId = user.id
    if (site.org !== undefined && site.org.id !== user.orgId) {
      throw refusal({ reason: 'user-of-another-org', facts: { user: user.username, org: site.org.name } })
    }
    pass(checks, 'user-known', { user: user.username })
  }

  async function scopesApproved(
    of: { readonly app: ConnectedApp; readonly policies: AppPolicies; readonly user: User },
    at: Date,
    checks: Checklist,
  ): Promise<readonly Scope[]> {
    const { label, scopes } = of.app
    if (!scopes.includes(refreshScope)) {
      throw refusal({ reason: 'refresh-scope-missing', facts: { app: label, scopes } })
    }
    return (await approvedScopes(approvals, of, at, checks)).filter((scope) => scope !== refreshScope)
  }

  function scopesOf(app: ConnectedApp): readonly Scope[] {
    const scopes = app.scopes.filter((scope) => scope !== refreshScope)
    if (scopes.length === 0) {
      const facts = { app: app.label, found: [], allowed: app.scopes, by: 'app' } as const
      throw refusal({ reason: 'scope-not-allowed', facts })
    }
    return scopes.includes('id') ? scopes : [...scopes, 'id']
  }
}
