import { z } from 'zod'
import type { CertificateStore } from '../certificates/certificate.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses, Site } from '../orgs/address.ts'
import type { Org, OrgStore } from '../orgs/org.ts'
import { readRecordId } from '../record-id.ts'
import { samlKeyOf } from '../saml/identity-provider.ts'
import { redirectedMessage } from '../saml/redirect-binding.ts'
import { shown } from '../saml/saml-error.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { acsUrlOf } from '../saml/sso-endpoint.ts'
import { authnRequestXml, signedRequest } from '../saml/written-request.ts'
import type { XmlSigner } from '../saml/written-xml.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import type { User } from '../users/user.ts'
import { OAuthError } from './error.ts'
import type { LoginPlace } from './failed-login.ts'
import type { Admit, LetIn } from './let-in.ts'
import type { OneUse } from './provisioning-store.ts'
import { refusal } from './refusal.ts'
import { samlTickets, ticketLifetime } from './saml-ticket.ts'
import { type SpendingNeeds, spending } from './spent-sign-in.ts'
import type { Vouched, VouchedUser } from './vouched-user.ts'

/** How the browser goes to an identity provider. */
export type SamlDeparture =
  | { readonly go: 'redirect'; readonly url: string }
  | { readonly go: 'post'; readonly url: string; readonly fields: Readonly<Record<string, string>> }

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
  const { samlSsoConfigs, orgs, addresses, sessions, rules, now } = needs
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
      const signer = await signerOf(config, org)
      const relayState = startUrl === '/' ? undefined : startUrl
      if (redirectBinding) {
        return { go: 'redirect', url: redirectedMessage(loginUrl, 'SAMLRequest', { xml, relayState }, signer) }
      }
      const written = signer === undefined ? xml : await signedRequest(xml, signer)
      const fields = {
        SAMLRequest: Buffer.from(written).toString('base64'),
        ...(relayState === undefined ? {} : { RelayState: relayState }),
      }
      return { go: 'post', url: loginUrl, fields }
    },

    async arrive({ response, so, sc }, place, app, checks) {
      const settings = sc === undefined ? undefined : await settingsAt(place.site, sc)
      const org = await orgAt(place.site, so, settings)
      checks.orgId = org.id
      const loginType = 'Saml' as const
      try {
        const vouched = await needs.vouchedUser(response, org, checks, settings?.id)
        const isAnswer = vouched.sso.inResponseTo !== undefined
        const user = await spent(vouched, org)
        checks.userId = user.id
        pass(checks, 'not-replayed')
        return await sessions.letIn(
          { org, user, place, app, requireMfa: false, loginType: isAnswer ? 'Saml2' : loginType },
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

  /** The org that the address names, by itself, its settings or its host; if it names it twice, it has to be the same. */
  async function orgAt(site: Site, so: string | undefined, settings: SamlSsoConfig | undefined): Promise<Org> {
    const id = so === undefined ? settings?.orgId : readRecordId(so)
    const org = so === undefined && settings === undefined ? site.org : await orgs.find(id ?? '')
    const isTheSame = (other: string | undefined) => other === undefined || other === org?.id
    if (org !== undefined && isTheSame(site.org?.id) && isTheSame(settings?.orgId)) return org
    throw refusal({ reason: 'sso-org-unknown', facts: { found: so?.slice(0, 64) ?? 'none' } })
  }

  async function settingsAt({ org }: Site, sc: string): Promise<SamlSsoConfig> {
    const config = await samlSsoConfigs.find(readRecordId(sc) ?? '')
    if (config === undefined || (org !== undefined && config.orgId !== org.id)) throw unknownSettings(sc, org)
    return config
  }

  async function signerOf(config: SamlSsoConfig, org: Org): Promise<XmlSigner | undefined> {
    const { requestSigningCertId: name, requestSignatureMethod } = config
    if (name === undefined) return undefined
    const key = await samlKeyOf(needs, org, name, now())
    if (!key.ok) {
      const facts = { org: org.name, certificate: key.name, problem: key.problem }
      throw refusal({ reason: 'saml-idp-certificate-unusable', facts })
    }
    const algorithm = requestSignatureMethod === 'RSA-SHA1' ? 'SHA1' : 'SHA256'
    return { certificate: key.certificate, privateKey: key.privateKey, algorithm }
  }
}

function unrequested({ label: settings }: SamlSsoConfig, problem: string): OAuthError {
  return refusal({ reason: 'saml-response-unrequested', facts: { settings, problem } })
}

function unknownSettings(found: string, org: Org | undefined): OAuthError {
  return refusal({ reason: 'sso-settings-unknown', facts: { found: shown(found), org: org?.name ?? '' } })
}
