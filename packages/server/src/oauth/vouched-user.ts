import { checkUser } from '../connected-apps/access.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Org } from '../orgs/org.ts'
import type { SamlAssertion } from '../saml/assertion.ts'
import { provedAssertion, readProviderDocument } from '../saml/document.ts'
import { type DecryptionNeeds, openedAssertion } from '../saml/opened-response.ts'
import type { ProvisionedUser, Provisioning } from '../saml/provisioned-user.ts'
import {
  checkProvider,
  checkSsoAssertion,
  configOf,
  identityIn,
  type SsoAssertion,
  ssoUser,
} from '../saml/sso-assertion.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import type { ProfileStore } from '../users/profile.ts'
import type { User, UserStore } from '../users/user.ts'
import { refusal } from './refusal.ts'
import { saidOfSamlLater } from './saml-refusal.ts'

/** What finding out whom an identity provider vouches for needs. */
export interface VouchedUserNeeds extends DecryptionNeeds {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId'>
  readonly profiles: Pick<ProfileStore, 'find'>
  /** The addresses that an assertion for an org, by settings of it, may have been made out to. */
  readonly recipientsOf: (org: Org, config: SamlSsoConfig) => readonly string[]
  /** Makes users of assertions (*Just-in-Time Provisioning*), as a browser brings them; `undefined` where none are made. */
  readonly provisionedUser: ProvisionedUser | undefined
  readonly now: () => Date
}

/**
 * Finds out for whom an identity provider of an org vouches, with every check. Nothing is spent, and nobody made, by asking.
 * @param settingsId of the settings that the address named; `undefined` where it named none
 */
export type VouchedUser = (assertion: string, org: Org, checks: Checklist, settingsId?: string) => Promise<Vouched>

/** For whom it vouches. */
export interface Vouched {
  /** Where users are provisioned, as they will be. */
  readonly user: User
  readonly sso: SsoAssertion
  /** What signing in makes of the user; `undefined` where users are not provisioned. */
  readonly provisioning: Provisioning | undefined
}

/** The question of {@link VouchedUser}, over the stores. @throws {OAuthError} with the reason when it is nobody */
export function vouchedUser({
  samlSsoConfigs,
  users,
  profiles,
  recipientsOf,
  provisionedUser,
  now,
  ...needs
}: VouchedUserNeeds): VouchedUser {
  const { rules } = needs
  return (text, org, checks, settingsId) =>
    saidOfSamlLater(async () => {
      const all = await samlSsoConfigs.list(org.id)
      const configs = settingsId === undefined ? all : all.filter(({ id }) => id === settingsId)
      if (configs.length === 0) throw refusal({ reason: 'sso-settings-missing', facts: { org: org.name } })
      pass(checks, 'sso-settings', { org: org.name })
      const document = await readProviderDocument(text, checks)
      const config = configOf(document, configs)
      // Whom it claims to be about is noted before it is proved: Login History keeps failed attempts, too.
      const claims = async (claimed: SamlAssertion) => {
        const identity = identityIn(claimed, config)
        checks.userId = identity === undefined ? undefined : (await ssoUser(users, config, identity))?.id
      }
      if (!document.isEncrypted) await claims(document.claimed)
      const at = now()
      const signer = checkProvider(document, config, { rules, now: at }, checks)
      const assertion = document.isEncrypted
        ? await openedAssertion(document, config, signer, needs, claims, checks)
        : await provedAssertion(document, signer, rules, checks)
      const recipients = recipientsOf(org, config)
      const sso = checkSsoAssertion(assertion, config, { recipients, rules, now: at }, checks)
      const known = await ssoUser(users, config, sso.identity)
      checks.userId = known?.id
      if (known !== undefined) pass(checks, 'user-known', { user: known.username })
      const provisioning = config.userProvisioning ? await provisionedUser?.(sso, org) : undefined
      const there = provisioning?.before ?? known
      checks.userId = there?.id
      const user = provisioning?.user ?? known
      if (user === undefined) {
        const facts = { found: sso.identity.slice(0, 256), mapping: config.identityMapping, org: org.name }
        throw refusal({ reason: 'sso-user-unknown', facts })
      }
      if (provisioning !== undefined) pass(checks, 'user-provisioned', { user: user.username })
      // Whom the sign-in deactivates is refused once they are.
      const judged = user.isActive ? user : (there ?? user)
      const profile = await profiles.find(user.profileId)
      if (profile === undefined) throw new Error(`The user ${user.id} has a profile that is not there.`)
      const unwelcome = checkUser({ org, user: judged, profile, now: at }, checks)
      if (unwelcome !== undefined) throw refusal(unwelcome)
      return { user, sso, provisioning }
    })
}
