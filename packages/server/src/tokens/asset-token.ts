import { type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto'
import type { AssetTokenConfig, ConnectedApp } from '../connected-apps/connected-app.ts'
import type { CustomClaims } from '../connected-apps/custom-claims.ts'
import type { Org } from '../orgs/org.ts'
import type { User } from '../users/user.ts'
import { epochSeconds, signJwt } from './key-ring.ts'

/** What a grant decided: a token for this device, in the name of this user. */
export interface AssetTokenGrant {
  readonly assetToken: {
    /** The org's own address: who issues, and where the keys are. */
    readonly issuer: string
    /** The identity URL of the user. */
    readonly subject: string
    readonly key: AssetKey
    readonly config: AssetTokenConfig
    readonly actor: AssetActor | undefined
    readonly issuedAt: Date
    /** Attributes and permissions, as far as the app's settings include them. */
    readonly customClaims: CustomClaims
  }
  readonly app: ConnectedApp
  readonly org: Org
  readonly user: User
}

/** A device, as far as a token tells of it. */
export interface AssetActor {
  readonly deviceId: string
  readonly name: string | undefined
  readonly asset: Readonly<Record<string, string | number | boolean>>
  readonly jwk: JsonWebKey
}

/** The key of an org's certificate, and what `/id/keys` calls it. */
export interface AssetKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** What the token endpoint answers (RFC 8693 §2.2.1). */
export interface AssetTokenResponse {
  readonly access_token: string
  readonly issued_token_type: 'urn:ietf:params:oauth:token-type:jwt'
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
}

/** Makes an asset token: a JWT that the org signs for a device. Nothing of it is stored, and nobody can end it. */
export async function issueAssetToken(grant: AssetTokenGrant): Promise<AssetTokenResponse> {
  const { config, key } = grant.assetToken
  return {
    access_token: await signJwt(
      { kid: key.kid, typ: 'JWT', alg: 'RS256' },
      assetTokenClaims(grant, randomUUID()),
      key.privateKey,
    ),
    issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_type: 'Bearer',
    expires_in: config.validity,
  }
}

/** The claims of an asset token; instants are seconds since 1970. */
export function assetTokenClaims({ assetToken, app }: AssetTokenGrant, jti: string): object {
  const { issuer, subject, config, actor, customClaims } = assetToken
  const issuedAt = epochSeconds(assetToken.issuedAt)
  return {
    iss: issuer,
    sub: subject,
    aud: config.audiences,
    client_id: app.consumerKey,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + config.validity,
    jti,
    ...customClaims,
    ...(actor !== undefined && {
      did: actor.deviceId,
      ...(actor.name !== undefined && { Name: actor.name }),
      ...(Object.keys(actor.asset).length > 0 && { Asset: actor.asset }),
      // Who has it must show this key (RFC 7800 §3.2), and acts for `sub` (RFC 8693 §4.1).
      cnf: { jwk: actor.jwk },
      act: { sub: actor.deviceId },
    }),
  }
}
