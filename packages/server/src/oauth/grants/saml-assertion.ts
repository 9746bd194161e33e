import { z } from 'zod'
import { checkAddress } from '../../connected-apps/access.ts'
import type { AppAccess } from '../../connected-apps/app-access.ts'
import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import { samlAssertionKey } from '../../connected-apps/saml-assertion-app.ts'
import { aboutApp, pass } from '../../journal/checklist.ts'
import type { Addresses, Site } from '../../orgs/address.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import { readRecordId } from '../../record-id.ts'
import { validatorPath } from '../../saml/sso-endpoint.ts'
import type { SamlRules } from '../../saml/validity.ts'
import { hashSecret } from '../../secret.ts'
import { hasPermission } from '../../users/permissions.ts'
import type { PermissionSetStore, ProfileStore } from '../../users/profile.ts'
import { OAuthError } from '../error.ts'
import { refusal } from '../refusal.ts'
import type { VouchedUser } from '../vouched-user.ts'
import { type Grant, optionalText } from './grant.ts'

interface Needs {
  readonly vouchedUser: VouchedUser
  readonly apps: Pick<ConnectedAppStore, 'findByConsumerKey'>
  readonly appAccess: AppAccess
  readonly orgs: Pick<OrgStore, 'find'>
  readonly profiles: Pick<ProfileStore, 'find'>
  readonly permissionSets: Pick<PermissionSetStore, 'find'>
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly rules: Pick<SamlRules, 'samlClockSkew'>
}

const params = z.object({ assertion: optionalText, assertion_type: optionalText, so: optionalText })
const browserProfile = 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser'

/**
 * OAuth 2.0 SAML Assertion Flow: an identity provider that the org believes vouches for the user, and no app is named. The org is
 * named by `so`, or by the address. Never a refresh token.
 */
export function samlAssertion(needs: Needs): Grant<z.infer<typeof params>> {
  const { vouchedUser, apps, appAccess, orgs, profiles, permissionSets, addresses, rules } = needs

  return {
    type: 'assertion',
    client: 'in-assertion',
    params,

    async authorize({ assertion, assertion_type: profile, so }, { request, checks }) {
      if (profile !== browserProfile) {
        const facts = { found: profile?.slice(0, 256) ?? 'none', accepted: browserProfile }
        throw refusal({ reason: 'saml-profile-unknown', facts })
      }
      if (assertion === undefined) throw refusal({ reason: 'assertion-missing', facts: {} })
      const org = await orgOf(request.site, so)
      checks.orgId = org.id
      const app = await apps.findByConsumerKey(samlAssertionKey)
      if (app === undefined) throw new Error('The app of the SAML assertion flow is not built in.')
      aboutApp(checks, app)
      const page = addresses.baseOf(org, request.site) + validatorPath
      try {
        const { user, sso } = await vouchedUser(assertion, org, checks)
        const profileOfUser = await profiles.find(user.profileId)
        if (profileOfUser === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
        const elsewhere = checkAddress({ profile: profileOfUser, sourceIp: request.sourceIp }, checks)
        if (elsewhere !== undefined) throw refusal(elsewhere)
        const access = await appAccess({ org, user, profile: profileOfUser, app }, checks)
        if (!access.granted) throw refusal(access.refusal)
        const { policies } = access
        if (policies.requiresHighAssurance) {
          throw refusal({ reason: 'high-assurance-required', facts: { app: app.label } })
        }
        if (!(await hasPermission(permissionSets, user, profileOfUser, 'ApiEnabled'))) {
          throw refusal({ reason: 'api-not-enabled', facts: { user: user.username, profile: profileOfUser.name } })
        }
        const { scopes } = app
        pass(checks, 'scope', { scopes })
        const expiresAt = new Date(sso.end.getTime() + rules.samlClockSkew * 1000)
        const id = { hash: hashSecret(`${sso.config.id} saml ${sso.assertion.id}`), expiresAt }
        const source = { kind: 'assertion', format: 'saml', id, page } as const
        return { app, policies, org, user, scopes, source, loginSubType: undefined }
      } catch (error) {
        // Only an assertion that could be read can be looked at there.
        const wasRead = checks.passed.some(({ check }) => check === 'saml-read')
        throw error instanceof OAuthError && wasRead ? error.seeAlso(page) : error
      }
    },
  }

  /** The org that `so` names, or whose own address it is; an address speaks for its own org alone. */
  async function orgOf(site: Site, so: string | undefined): Promise<Org> {
    const org = so === undefined ? site.org : await orgs.find(readRecordId(so) ?? '')
    if (org === undefined || (site.org !== undefined && site.org.id !== org.id)) {
      throw refusal({ reason: 'sso-org-unknown', facts: { found: so?.slice(0, 64) ?? 'none' } })
    }
    return org
  }
}
