import { z } from 'zod'
import type { CertificateStore } from '../certificates/certificate.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { readRecordId } from '../record-id.ts'
import type { SsoAssertion } from '../saml/sso-assertion.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { acsUrlOf } from '../saml/sso-endpoint.ts'
import { authnRequestXml } from '../saml/written-request.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import { endedSsoSessionHash, endedSsoSessionKeptUntil, type SsoSession, ssoSession } from '../sessions/sso-session.ts'
import type { User } from '../users/user.ts'
import type { AssertionStore } from './assertion-store.ts'
import { OAuthError } from './error.ts'
import type { LoginPlace } from './failed-login.ts'
import type { Admit, LetIn } from './let-in.ts'
import type { OneUse } from './provisioning-store.ts'
import { refusal } from './refusal.ts'
import { departure, requestSigner, type SamlDeparture } from './saml-departure.ts'
import { samlTickets, ticketLifetime } from './saml-ticket.ts'
import { type SpendingNeeds, spending } from './spent-sign-in.ts'
import { ssoPlaceAt, unknownSettings } from './sso-place.ts'
import type { Vouched, VouchedUser } from './vouched-user.ts'

/** Sign-in with an identity provider that an org believes (Web Browser SSO Profile), of which the org is a service provider. */
export interface SamlSignIn {
  /**
   * Off to the provider of these settings. @param startUrl the local path to go on to afterwards
   * @throws {OAuthError}
   */
  leave(settingsId: string, startUrl: string, site: Site, checks: Checklist): Promise<SamlDeparture>
  /**
   * A response that a browser brings. @param so the org that it is for, where its own address does not say it, and `sc` the settings
   * @param app whom the person is on the way to
   * @throws {OAuthError}
   */
  arrive(
    brought: { readonly response: string; readonly so: string | undefined; readonly sc: string | undefined },
    place: LoginPlace,
    app: ConnectedApp | undefined,
    checks: Checklist,
  ): Promise<LetIn>
}

interface Needs extends SpendingNeeds {
  readonly assertions: Pick<AssertionStore, 'use' | 'usedUntil'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list' | 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly vouchedUser: VouchedUser
  readonly sessions: Admit
  readonly seal: Seal
  readonly rules: { readonly samlClockSkew: number }
  readonly now: () => Date
}

const asked = z.object({ config: z.string(), nonce: z.string() })

/** {@link SamlSignIn} over the stores. */
export function samlSignIn(needs: Needs): SamlSignIn {
  const { samlSsoConfigs, addresses, sessions, rules, now } = needs
  const spend = spending(needs)
  const requests = samlTickets(asked, 'saml sign-in', needs)

  return {
    async leave(settingsId, startUrl, site, checks) {
      const { org, config } = await settingsOf(settingsId, site, checks)
      const { loginUrl, redirectBinding, samlEntityId: issuer } = config
      if (loginUrl === undefined) throw unknownSettings(settingsId, org)
      // The ID says which request it is, so that nothing has to be kept: letters, digits, dots and dashes, as an ID may have.
      const id = `_${requests.write({ config: config.id, nonce: randomText(12) }, org)}`
      const acsUrl = acsUrlOf(org, config, addresses, site)
      const xml = authnRequestXml({ id, issuer, destination: loginUrl, acsUrl, at: now() })
      const signer = await requestSigner(needs, config, org)
      const relayState = startUrl === '/' ? undefined : startUrl
      const binding = redirectBinding ? 'RedirectBinding' : 'PostBinding'
      return departure({ url: loginUrl, binding }, 'SAMLRequest', { xml, relayState }, signer)
    },

    async arrive({ response, so, sc }, place, app, checks) {
      const { org, settings } = await ssoPlaceAt(needs, place.site, { so, sc })
      checks.orgId = org.id
      const loginType = 'Saml' as const
      try {
        const vouched = await needs.vouchedUser(response, org, checks, settings?.id)
        const isAnswer = vouched.sso.inResponseTo !== undefined
        await checkSessionIsOn(vouched.sso)
        const user = await spent(vouched, org)
        checks.userId = user.id
        pass(checks, 'not-replayed')
        return await sessions.letIn(
          {
            org,
            user,
            place,
            app,
            requireMfa: false,
            loginType: isAnswer ? 'Saml2' : loginType,
            sso: sessionOf(vouched.sso),
          },
          checks,
        )
      } catch (error) {
        // Whoever was let in, or refused, by the last step has been noted there.
        const { userId } = checks
        const isNoted = checks.passed.some(({ check }) => check === 'not-replayed')
        if (error instanceof OAuthError && userId !== undefined && !isNoted) {
          sessions.noteRefused(error, { user: { id: userId, orgId: org.id }, place, loginType })
        }
        throw error
      }
    },
  }

  /**
   * A provider may have signed people out before its assertion arrives here (SAML 2.0 Core §3.7.3.1). One that it made later is of
   * another session, though it may count them from 1 again.
   */
  async function checkSessionIsOn({ config, assertion }: SsoAssertion): Promise<void> {
    const { name, sessionIndex, issueInstant } = assertion
    if (name === undefined || sessionIndex === undefined) return
    const hash = endedSsoSessionHash({ configId: config.id, name }, sessionIndex)
    const until = await needs.assertions.usedUntil(hash)
    if (until !== undefined && endedSsoSessionKeptUntil(issueInstant) <= until) {
      throw refusal({ reason: 'saml-session-ended', facts: { settings: config.label } })
    }
  }

  function sessionOf({ config, assertion: { name, sessionIndex } }: SsoAssertion): SsoSession | undefined {
    return name && ssoSession({ configId: config.id, name, sessionIndex })
  }

  /** What is to count once is used up: the assertion, and the request that it answers. Answers who is signed in by then. */
  async function spent(vouched: Vouched, org: Org): Promise<User> {
    const { config, assertion, inResponseTo, end } = vouched.sso
    const hash = hashSecret(`${config.id} saml ${assertion.id}`)
    const ofAssertion = { hash, expiresAt: new Date(end.getTime() + rules.samlClockSkew * 1000) }
    const uses = inResponseTo === undefined ? [ofAssertion] : [ofAssertion, requestUse(inResponseTo, config, org)]
    const outcome = await spend(vouched, uses, org)
    if ('user' in outcome) return outcome.user
    if (outcome.used === 0) throw refusal({ reason: 'saml-replayed', facts: { app: config.label } })
    throw unrequested(config, 'the request was answered before')
  }

  function requestUse(id: string, config: SamlSsoConfig, org: Org): OneUse {
    const request = requestOf(id, org)
    if (request === undefined) throw unrequested(config, 'this org has made no such request, or too long ago')
    if (request.config !== config.id) throw unrequested(config, 'the request was made to another identity provider')
    const expiresAt = new Date(now().getTime() + (ticketLifetime + 1) * 1000)
    return { hash: hashSecret(`saml request ${request.nonce}`), expiresAt }
  }

  function requestOf(id: string, org: Org): z.output<typeof asked> | undefined {
    try {
      return requests.read(id.slice(1), org).content
    } catch (error) {
      if (error instanceof OAuthError) return undefined
      throw error
    }
  }

  async function settingsOf(settingsId: string, { org }: Site, checks: Checklist) {
    if (org === undefined) throw unknownSettings(settingsId, undefined)
    checks.orgId = org.id
    const id = readRecordId(settingsId)
    const config = (await samlSsoConfigs.list(org.id)).find((one) => one.id === id || one.fullName === settingsId)
    if (config === undefined) throw unknownSettings(settingsId, org)
    pass(checks, 'sso-settings', { settings: config.label })
    return { org, config }
  }
}

function unrequested({ label: settings }: SamlSsoConfig, problem: string): OAuthError {
  return refusal({ reason: 'saml-response-unrequested', facts: { settings, problem } })
}
