import type { AccessToken } from './access-token.ts'
import type { Authentication, Claims, JwtSettings } from './authentication.ts'
import { readCredentialUrl } from './callout.ts'
import type { CertificateStore } from './certificate-store.ts'
import { formEncoded } from './client-credentials.ts'
import { type FieldSources, requiredSecrets } from './credential-fields.ts'
import { randomId } from './crypto.ts'
import { base64, type FormulaFields, readTemplate } from './formula.ts'
import { type JwtClaims, signJwt } from './jwt.ts'
import { jwtBearerGrantType } from './jwt-bearer.ts'
import { NamedCredentialError } from './named-credential-error.ts'
import { requestToken, type TokenRequest } from './token-request.ts'
import type { Transport } from './transport.ts'
import type { WebServerFlow } from './web-server-flow.ts'

/** What getting a token for a credential needs. */
export interface TokenMaking {
  readonly authentication: Authentication
  /** The claims of the principal, over those of the credential. */
  readonly claims: Claims
  readonly credential: string
  readonly sources: Pick<FieldSources, 'owner' | 'secrets' | 'credential'>
  readonly fields: FormulaFields
  readonly certificates: CertificateStore
  readonly authProviders: Readonly<Record<string, WebServerFlow>>
  readonly transport: Transport
  readonly now: () => Date
}

/**
 * Gets a new token for a credential whose protocol has tokens.
 * @throws {TokenError} when it is refused
 * @throws {NamedCredentialError} `not-signed-in`, `secret-missing`, `definition-invalid`
 */
export async function newCredentialToken(making: TokenMaking, held: AccessToken | undefined): Promise<AccessToken> {
  const { authentication, credential, transport, now } = making
  const ask = (request: Omit<TokenRequest, 'tokenEndpoint' | 'needsInstanceUrl'>, endpoint: string) =>
    requestToken(
      {
        ...request,
        tokenEndpoint: readCredentialUrl(endpoint, 'The token endpoint', credential),
        needsInstanceUrl: false,
      },
      { transport, now },
    )
  switch (authentication.protocol) {
    case 'JwtExchange': {
      const { assertion, audience } = await signedAssertion(making, authentication.jwt)
      const { scope } = authentication
      const parameters = { grant_type: jwtBearerGrantType, assertion, ...(scope === undefined ? {} : { scope }) }
      return ask({ parameters, audience }, authentication.tokenEndpoint)
    }
    case 'ClientCredentials': {
      const { scope, clientAuthentication, tokenEndpoint } = authentication
      const shared = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }
      if (typeof clientAuthentication === 'object') {
        const { assertion, audience } = await signedAssertion(making, clientAuthentication)
        const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
        return ask(
          { parameters: { ...shared, client_assertion_type, client_assertion: assertion }, audience },
          tokenEndpoint,
        )
      }
      const { clientId, clientSecret } = await requiredSecrets(making.sources, ['clientId', 'clientSecret'])
      if (clientAuthentication === 'body') {
        return ask({ parameters: { ...shared, client_id: clientId, client_secret: clientSecret } }, tokenEndpoint)
      }
      // RFC 6749 §2.3.1: each is encoded as a form is before they are joined.
      const pair = [clientId, clientSecret].map(formEncoded)
      return ask({ parameters: shared, headers: { authorization: `Basic ${base64(pair.join(':'))}` } }, tokenEndpoint)
    }
    case 'Oauth': {
      const provider = providerOf(making)
      if (held?.refreshToken === undefined) throw notSignedIn(credential)
      return provider.refresh(held, { transport, now })
    }
    default:
      throw new NamedCredentialError('definition-invalid', `${credential} signs in without a token.`, credential)
  }
}

/** The auth. provider of a credential. @throws {NamedCredentialError} `definition-invalid` when it is not given */
export function providerOf({ authentication, credential, authProviders }: TokenMaking): WebServerFlow {
  const name = authentication.protocol === 'Oauth' ? (authentication.authProvider ?? credential) : ''
  const provider = Object.entries(authProviders).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]
  if (provider !== undefined) return provider
  throw new NamedCredentialError(
    'definition-invalid',
    `${credential} signs in by the auth. provider ${name}, which is not there: give it to namedCredentials({ authProviders }).`,
    credential,
  )
}

/** A JWT of a credential, with the claims that are added to every one. */
export async function signedAssertion(
  { claims, credential, fields, certificates, now }: TokenMaking,
  jwt: JwtSettings,
): Promise<{ readonly assertion: string; readonly audience: string }> {
  const held = certificates.find(jwt.signingCertificate)
  if (held?.signer === undefined) {
    throw new NamedCredentialError(
      'definition-invalid',
      `${credential} signs with the certificate ${jwt.signingCertificate}, of which no key is there. Is it its Unique Name?`,
      credential,
    )
  }
  const seconds = Math.floor(now().getTime() / 1000)
  const given = await evaluated({ ...jwt.claims, ...claims }, fields, now())
  const { exp } = given
  const payload: JwtClaims = {
    iat: seconds,
    nbf: seconds,
    jti: randomId(),
    ...given,
    exp: exp === undefined ? seconds + (jwt.validitySeconds ?? 120) : expiry(exp, credential),
  }
  const header = await evaluated(jwt.headerClaims ?? {}, fields, now())
  const { aud } = given
  return {
    assertion: await signJwt(payload, held.signer, header),
    audience: typeof aud === 'string' ? aud : String(aud),
  }
}

async function evaluated(claims: Claims, fields: FormulaFields, now: Date): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {}
  for (const [name, claim] of Object.entries(claims)) {
    const one = (text: string) => readTemplate(text).evaluate(fields, now)
    values[name] = typeof claim === 'string' ? await one(claim) : await Promise.all(claim.map(one))
  }
  return values
}

function expiry(exp: unknown, credential: string): number {
  const seconds = Number(exp)
  if (Number.isInteger(seconds) && seconds > 0 && seconds < 1e11) return seconds
  throw new NamedCredentialError(
    'formula-invalid',
    `The claim exp of ${credential} comes to no number of seconds.`,
    credential,
  )
}

function notSignedIn(credential: string): NamedCredentialError {
  return new NamedCredentialError(
    'not-signed-in',
    `Nobody has signed in for ${credential} yet. Begin a sign-in (beginSignIn), and finish it in a browser.`,
    credential,
  )
}
