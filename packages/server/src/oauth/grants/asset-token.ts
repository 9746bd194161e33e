import type { CertificateStore } from '../../certificates/certificate.ts'
import { openPrivateKey } from '../../certificates/new-certificate.ts'
import { assetCertificates } from '../../connected-apps/asset-keys.ts'
import type { AssetTokenConfig, ConnectedApp, ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { CustomClaimsOf } from '../../connected-apps/custom-claims.ts'
import { aboutApp, type Checklist, pass } from '../../journal/checklist.ts'
import type { Addresses, Site } from '../../orgs/address.ts'
import type { Org, OrgStore } from '../../orgs/org.ts'
import type { Seal } from '../../seal.ts'
import { hashSecret } from '../../secret.ts'
import type { AccessToken } from '../../tokens/access-token.ts'
import type { AssetActor, AssetKey, AssetTokenGrant } from '../../tokens/asset-token.ts'
import type { FindAccessToken } from '../../tokens/bearer.ts'
import { identityUrl } from '../../users/identity.ts'
import type { User } from '../../users/user.ts'
import { type Actor, verifyActorToken } from '../actor-token.ts'
import type { AssertionStore } from '../assertion-store.ts'
import { type ClientAuthentication, keptUntil } from '../client-authentication.ts'
import {
  checkRequestedType,
  checkTarget,
  exchangeGrantType,
  readSubjectToken,
  tokenTypes,
  unknownType,
} from '../exchanged-token.ts'
import { checkKey } from '../possession.ts'
import { refusal } from '../refusal.ts'
import type { TokenRequest } from '../token-request.ts'
import type { UserOfApp } from '../user-of-app.ts'
import type { OfferedGrant } from './grant.ts'

interface Needs {
  readonly findAccessToken: FindAccessToken
  readonly authenticateClient: ClientAuthentication
  readonly customClaims: CustomClaimsOf
  readonly apps: Pick<ConnectedAppStore, 'find' | 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly assertions: Pick<AssertionStore, 'use'>
  readonly orgs: Pick<OrgStore, 'list'>
  readonly addresses: Pick<Addresses, 'baseOf' | 'basesOf'>
  readonly userOfApp: UserOfApp
  readonly seal: Seal
  /** Seconds that a device's clock may be off. */
  readonly clockSkew: number
  readonly now: () => Date
}

/**
 * OAuth 2.0 Asset Token Flow: an app that has an access token gets a JWT for a device, which the org signs for services of its own.
 * The access token says which app and user; the device may say who it is by a JWT of its own.
 */
export function assetToken(needs: Needs): OfferedGrant {
  const { addresses, userOfApp, now } = needs
  return {
    type: exchangeGrantType,
    secretRequiredBy: undefined,

    async authorize(_client, { request, checks, key: provedKey }) {
      checks.flow = 'asset_token'
      const { parameters, site } = request
      checkRequestedType(parameters.get('requested_token_type'), [tokenTypes.jwt, tokenTypes.accessToken])
      const { text } = readSubjectToken(
        { subject_token: parameters.get('subject_token'), subject_token_type: parameters.get('subject_token_type') },
        checks,
      )
      const token = await liveToken(text, checks)
      // A bound token is worth nothing without its key, here as elsewhere.
      checkKey(provedKey, token.key, checks)
      const app = await appOf(token, request, checks)
      const config = configOf(app)
      pass(checks, 'flow')
      const { org, user } = await userOfApp({ userId: token.userId, app, request, checks, relaxesAddress: false })
      const wanted = { audience: parameters.get('audience'), resource: parameters.get('resource') }
      if (wanted.audience !== undefined && config.audiences.includes(wanted.audience)) pass(checks, 'target')
      else checkTarget(wanted, org, addresses, checks)
      const actor = await actorOf(request, org, checks)
      const key = await keyOf(app, config, org, site)
      const issuedAt = now()
      const included = {
        attributes: config.includesAttributes,
        permissions: config.includesCustomPermissions,
        context: 'ASSET_TOKEN',
      } as const
      const customClaims = await needs.customClaims(app, { user, org }, included)
      const issuer = addresses.baseOf(org, site)
      const subject = identityUrl(site.loginBase, user)
      pass(checks, 'asset-token', eventOf({ app, user, config, actor, at: issuedAt }))
      return {
        assetToken: { issuer, subject, key, config, actor, customClaims, issuedAt },
        app,
        org,
        user,
      } satisfies AssetTokenGrant
    },
  }

  async function liveToken(text: string, checks: Checklist): Promise<AccessToken> {
    const finding = await needs.findAccessToken(text, now())
    if (finding.state !== 'unknown') {
      checks.orgId = finding.token.orgId
      checks.userId = finding.token.userId
      checks.appId = finding.token.appId
    }
    if (finding.state === 'live') return finding.token
    throw refusal({ reason: 'subject-token-dead', facts: { state: finding.state } })
  }

  /** The app that the access token is of. Whoever says, or shows, that they are an app must be this one. */
  async function appOf(token: AccessToken, request: TokenRequest, checks: Checklist): Promise<ConnectedApp> {
    const app = await needs.apps.find(token.appId)
    if (app === undefined) throw refusal({ reason: 'subject-token-dead', facts: { state: 'revoked' } })
    const { parameters, basic } = request
    if (parameters.has('client_id') || parameters.has('client_assertion') || basic !== undefined) {
      const client = await needs.authenticateClient(request, () => undefined, checks)
      if (client.app.id !== app.id) throw refusal({ reason: 'token-of-another-app', facts: { app: client.app.label } })
    } else {
      aboutApp(checks, app)
      pass(checks, 'client-known', { app: app.label })
    }
    return app
  }

  async function actorOf(request: TokenRequest, org: Org, checks: Checklist): Promise<Actor | undefined> {
    const text = request.parameters.get('actor_token')
    const type = request.parameters.get('actor_token_type')
    if (text === undefined && type === undefined) return undefined
    if (type?.toLowerCase() !== tokenTypes.jwt) throw unknownType('actor_token_type', type, [tokenTypes.jwt])
    if (text === undefined) throw refusal({ reason: 'actor-token-malformed', facts: { problem: 'there is none' } })
    const rules = { audiences: addresses.basesOf(org), clockSkew: needs.clockSkew, now: now() }
    const actor = verifyActorToken(text, rules, checks)
    if (actor.jti === undefined) return actor
    const hash = hashSecret(`${org.id} actor ${actor.thumbprint} ${actor.jti}`)
    const year = now().getTime() / 1000 + 366 * 86_400
    if (!(await needs.assertions.use({ hash, expiresAt: keptUntil(actor.exp ?? year, now()) }))) {
      throw refusal({ reason: 'actor-token-replayed', facts: { device: actor.deviceId } })
    }
    pass(checks, 'not-replayed')
    return actor
  }

  async function keyOf(app: ConnectedApp, config: AssetTokenConfig, org: Org, site: Site): Promise<AssetKey> {
    const found = await assetCertificates(needs, await orgsPublishedWith(org, site))
    const own = found.find(({ appIds }) => appIds.includes(app.id))
    const unusable = (problem: string) => {
      const facts = { app: app.label, certificate: config.certificate, problem }
      return refusal({ reason: 'asset-certificate-unusable', facts })
    }
    const privateKey = own === undefined ? undefined : openPrivateKey(needs.seal, own.certificate)
    if (own === undefined || privateKey === undefined) throw unusable('it is not there, or has no RSA key here')
    const { notAfter } = own.certificate.certificate
    if (notAfter <= now()) throw unusable(`it was valid until ${notAfter.toISOString()}`)
    return { kid: own.kid, privateKey }
  }

  /** The orgs whose keys stand together at the address of one. */
  async function orgsPublishedWith(org: Org, site: Site): Promise<readonly string[]> {
    const base = addresses.baseOf(org, site)
    if (base !== site.loginBase) return [org.id]
    return (await needs.orgs.list()).filter((one) => addresses.baseOf(one, site) === base).map(({ id }) => id)
  }
}

function configOf(app: ConnectedApp): AssetTokenConfig {
  if (app.assetTokenConfig !== undefined) return app.assetTokenConfig
  throw refusal({ reason: 'asset-tokens-off', facts: { app: app.label } })
}

interface Made {
  readonly app: ConnectedApp
  readonly user: User
  readonly config: AssetTokenConfig
  readonly actor: (AssetActor & Pick<Actor, 'thumbprint'>) | undefined
  readonly at: Date
}

/** The fields of the platform event `AssetTokenEvent`, for the journal. Of the device's key, its thumbprint. */
function eventOf({ app, user, config, actor, at }: Made) {
  const field = (name: string) => {
    const value = actor?.asset[name]
    return value === undefined ? undefined : String(value)
  }
  return {
    ConnectedAppId: app.id,
    UserId: user.id,
    Expiration: new Date(at.getTime() + config.validity * 1000).toISOString(),
    ...(actor !== undefined && {
      DeviceId: actor.deviceId,
      DeviceKey: actor.thumbprint,
      Name: actor.name,
      AssetId: field('Id'),
      AssetName: field('Name'),
      AssetSerialNumber: field('SerialNumber'),
    }),
  }
}
