import { provedAssertion, readSamlDocument } from '../../saml/document.ts'
import { checkAudiences, checkSubject, checkTimes, confirmationFor, type SamlRules } from '../../saml/validity.ts'
import { hashSecret } from '../../secret.ts'
import { type CertificateRules, certificateOf } from '../assertion.ts'
import { saidOfSaml, saidOfSamlLater } from '../saml-refusal.ts'
import { type BearerAssertionNeeds, bearerAssertion } from './bearer-assertion.ts'
import type { Grant } from './grant.ts'

/** What the SAML bearer assertion flow needs. */
export interface Saml2BearerNeeds extends BearerAssertionNeeds {
  readonly rules: SamlRules & CertificateRules
}

/**
 * OAuth 2.0 SAML Bearer Assertion Flow: the app signs whom it acts for as a SAML 2.0 assertion, which counts once (RFC 7522
 * §2.1).
 */
export function saml2Bearer({ rules, ...needs }: Saml2BearerNeeds): Grant<{ readonly assertion?: string | undefined }> {
  const times = { skew: rules.samlClockSkew, longest: rules.longestSamlLifetime, oldest: undefined }

  return bearerAssertion(needs, 'urn:ietf:params:oauth:grant-type:saml2-bearer', (text, checks) =>
    saidOfSamlLater(async () => {
      const document = await readSamlDocument(text, 'assertion', checks)
      const { issuer, nameId } = document.claimed
      return {
        issuer,
        subject: nameId,
        prove: (app, now, checks) =>
          saidOfSamlLater(async () => {
            const signer = { holder: app.label, certificate: certificateOf(app, rules, now, checks) }
            const assertion = await provedAssertion(document, signer, rules, checks)
            checkSubject(assertion, checks)
            return {
              audiences: assertion.audiences.flat(),
              checkAudience: (accepted, checks) =>
                saidOfSaml(() => {
                  const endpoints = accepted.map((base) => `${base}/services/oauth2/token`)
                  checkAudiences(assertion, [...accepted, ...endpoints], checks)
                  const confirmation = confirmationFor(assertion, endpoints, checks)
                  const end = checkTimes(assertion, confirmation, times, now, checks)
                  const expiresAt = new Date(end.getTime() + rules.samlClockSkew * 1000)
                  const id = { hash: hashSecret(`${app.id} saml ${assertion.id}`), expiresAt }
                  return { kind: 'assertion', format: 'saml', id }
                }),
            }
          }),
      }
    }),
  )
}
