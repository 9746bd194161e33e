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
import type { SsoAssertion } from '../saml/sso-assertion.ts'
import type { SamlSsoConfig, SamlSsoConfigStore } from '../saml/sso-config.ts'
import { acsUrlOf } from '../saml/sso-endpoint.ts'
import { authnRequestXml, signedRequest } from '../saml/written-request.ts'
import type { XmlSigner } from '../saml/written-xml.ts'
import type { Seal } from '../seal.ts'
import { hashSecret, randomText } from '../secret.ts'
import type { AssertionStore } from './assertion-store.ts'
import { OAuthError } from './error.ts'
import type { LoginPlace } from './failed-login.ts'
import type { Admit, LetIn } from './let-in.ts'
import { refusal } from './refusal.ts'
import { samlTickets, ticketLifetime } from './saml-ticket.ts'
import type { VouchedUser } from './vouched-user.ts'

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

interface Needs {
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list' | 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly addresses: Pick<Addresses, 'baseOf'>
  readonly vouchedUser: VouchedUser
  readonly sessions: Admit
  /** Remembers assertions and requests: each counts once. */
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly seal: Seal
  readonly rules: { readonly samlClockSkew: number }
  readonly now: () => Date
}

const asked = z.object({ config: z.string(), nonce: z.string() })

/** {@link SamlSignIn} over the stores. */
export function samlSignIn(needs: Needs): SamlSignIn {
  const { samlSsoConfigs, orgs, addresses, sessions, assertions, rules, now } = needs
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
        const { user, sso } = await needs.vouchedUser(response, org, checks, settings?.id)
        const isAnswer = sso.inResponseTo !== undefined
        await spend(sso, org, checks)
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

  /** What is to count once is used up: the assertion, and the request that it answers. */
  async function spend({ config, assertion, inResponseTo, end }: SsoAssertion, org: Org, checks: Checklist) {
    const hash = hashSecret(`${config.id} saml ${assertion.id}`)
    const expiresAt = new Date(end.getTime() + rules.samlClockSkew * 1000)
    if (!(await assertions.use({ hash, expiresAt }))) {
      throw refusal({ reason: 'saml-replayed', facts: { app: config.label } })
    }
    if (inResponseTo !== undefined) await spendRequest(inResponseTo, config, org)
    pass(checks, 'not-replayed')
  }

  async function spendRequest(id: string, config: SamlSsoConfig, org: Org): Promise<void> {
    const unrequested = (problem: string) =>
      refusal({ reason: 'saml-response-unrequested', facts: { settings: config.label, problem } })
    const request = requestOf(id, org)
    if (request === undefined) throw unrequested('this org has made no such request, or too long ago')
    if (request.config !== config.id) throw unrequested('the request was made to another identity provider')
    const expiresAt = new Date(now().getTime() + (ticketLifetime + 1) * 1000)
    if (!(await assertions.use({ hash: hashSecret(`saml request ${request.nonce}`), expiresAt }))) {
      throw unrequested('the request was answered before')
    }
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

function unknownSettings(found: string, org: Org | undefined): OAuthError {
  return refusal({ reason: 'sso-settings-unknown', facts: { found: shown(found), org: org?.name ?? '' } })
}
