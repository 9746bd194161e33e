import { checkUser } from '../connected-apps/access.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import { readSamlDocument } from '../saml/document.ts'
import {
  checkSsoAssertion,
  configOf,
  identityIn,
  type SsoAssertion,
  type SsoRules,
  ssoUser,
} from '../saml/sso-assertion.ts'
import type { SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { refusal } from './refusal.ts'
import { saidOfSamlLater } from './saml-refusal.ts'

/** What finding out whom an identity provider vouches for needs. */
export interface VouchedUserNeeds {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId'>
  readonly profiles: Pick<ProfileStore, 'find'>
  /** The addresses that an assertion for an org may have been made out to. */
  readonly recipientsOf: (org: Org) => readonly string[]
  readonly rules: SsoRules
  readonly now: () => Date
}

/** Finds out for whom an identity provider of an org vouches, with every check. Nothing is spent by asking. */
export type VouchedUser = (
  assertion: string,
  org: Org,
  checks: Checklist,
) => Promise<{ readonly user: User; readonly sso: SsoAssertion }>

/** The question of {@link VouchedUser}, over the stores. @throws {OAuthError} with the reason when it is nobody */
export function vouchedUser({
  samlSsoConfigs,
  users,
  profiles,
  recipientsOf,
  rules,
  now,
}: VouchedUserNeeds): VouchedUser {
  return (text, org, checks) =>
    saidOfSamlLater(async () => {
      const configs = await samlSsoConfigs.list(org.id)
      if (configs.length === 0) throw refusal({ reason: 'sso-settings-missing', facts: { org: org.name } })
      pass(checks, 'sso-settings', { org: org.name })
      const document = await readSamlDocument(text, 'assertion or response', checks)
      const config = configOf(document, configs)
      // Whom it claims to be about is noted before it is proved: Login History keeps failed attempts, too.
      const claimed = identityIn(document.claimed, config)
      checks.userId = claimed === undefined ? undefined : (await ssoUser(users, config, claimed))?.id
      const at = now()
      const recipients = recipientsOf(org)
      const sso = await checkSsoAssertion(document, config, { recipients, rules, now: at }, checks)
      const user = await ssoUser(users, config, sso.identity)
      if (user === undefined) {
        const facts = { found: sso.identity.slice(0, 256), mapping: config.identityMapping, org: org.name }
        throw refusal({ reason: 'sso-user-unknown', facts })
      }
      checks.userId = user.id
      pass(checks, 'user-known', { user: user.username })
      const profile = await profiles.find(user.profileId)
      if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
      const unwelcome = checkUser({ org, user, profile, now: at }, checks)
      if (unwelcome !== undefined) throw refusal(unwelcome)
      return { user, sso }
    })
}
