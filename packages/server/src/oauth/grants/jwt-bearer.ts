import { hashSecret } from '../../secret.ts'
import { type AssertionRules, checkTimes, parseAssertion, verifySignature } from '../assertion.ts'
import { checkAudience } from '../audience.ts'
import { keptUntil } from '../client-authentication.ts'
import { refusal } from '../refusal.ts'
import { type BearerAssertionNeeds, bearerAssertion } from './bearer-assertion.ts'
import type { Grant } from './grant.ts'

/** What the JWT bearer flow needs. */
export interface JwtBearerNeeds extends BearerAssertionNeeds {
  readonly rules: AssertionRules
}

/** OAuth 2.0 JWT Bearer Flow: the app signs whom it acts for as a JWT (RFC 7523 §2.1). */
export function jwtBearer({ rules, ...needs }: JwtBearerNeeds): Grant<{ readonly assertion?: string | undefined }> {
  return bearerAssertion(needs, 'urn:ietf:params:oauth:grant-type:jwt-bearer', (text, checks) => {
    const jwt = parseAssertion(text, checks)
    const { iss, sub, exp, jti } = jwt
    if (iss === undefined) throw refusal({ reason: 'issuer-missing', facts: {} })
    return {
      issuer: iss,
      subject: sub,
      prove(app, now, checks) {
        verifySignature(jwt, app, rules, now, checks)
        checkTimes(jwt, rules, now, checks)
        return {
          audiences: jwt.aud,
          checkAudience(accepted, checks) {
            checkAudience(jwt, accepted, checks)
            // Without a `jti` it may come again until it expires, as at Salesforce.
            const isRemembered = jti !== undefined && exp !== undefined
            const id = isRemembered
              ? { hash: hashSecret(`${app.id} bearer ${jti}`), expiresAt: keptUntil(exp, now) }
              : undefined
            return { kind: 'assertion', format: 'jwt', id }
          },
        }
      },
    }
  })
}
