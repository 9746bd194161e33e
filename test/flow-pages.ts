// The tables of refusals in docs/flows, out of the tables that the programs answer and explain by.
import { readFileSync } from 'node:fs'
import { causeOf, isCauseName } from '../packages/client/src/diagnosis/rank.ts'
import { authorizeRefusal, isReason, type Reason, type Refusal, refusal } from '../packages/server/src/oauth/refusal.ts'
import { sampleRefusals } from '../packages/server/test/refusal-samples.ts'

const request = ['parameter-repeated', 'parameter-malformed'] as const satisfies readonly Reason[]
const body = [
  'method-not-post',
  'body-not-form',
  'body-too-large',
  'body-malformed',
  ...request,
] as const satisfies readonly Reason[]
const client = [
  'client-id-missing',
  'client-unknown',
  'client-secret-missing',
  'client-secret-wrong',
  'basic-header-malformed',
  'client-assertion-type-unknown',
  'client-assertion-mismatch',
  'client-assertion-replayed',
] as const satisfies readonly Reason[]
const strict = [
  'credentials-in-query',
  'client-authenticated-twice',
  'client-assertion-unnumbered',
  'audience-not-issuer',
] as const satisfies readonly Reason[]
const user = [
  'org-inactive',
  'user-inactive',
  'user-frozen',
  'user-locked',
  'app-not-installed',
  'app-blocked',
  'api-access-controlled',
  'not-admin-approved',
  'ip-restricted',
] as const satisfies readonly Reason[]

/** What each flow is refused for, in the order in which it is checked. */
export const refusalsOf: Readonly<Record<string, readonly Reason[]>> = {
  'web-server/authorize': [
    ...request,
    'client-id-missing',
    'client-unknown',
    'redirect-uri-missing',
    'redirect-uri-mismatch',
    'response-type-unknown',
    'response-mode-unknown',
    'request-object-unsupported',
    'request-uri-unsupported',
    'push-required',
    'request-uri-unknown',
    'request-uri-expired',
    'request-uri-spent',
    'request-uri-of-another-app',
    'challenge-missing',
    'challenge-malformed',
    'challenge-method-unknown',
    'prompt-unknown',
    'prompt-contradictory',
    'login-required',
    'consent-required',
    'immediate-impossible',
    'username-unknown',
    'password-wrong',
    'password-busy',
    'form-forged',
    ...user,
    'session-level-too-low',
    'verification-code-wrong',
    'verification-locked',
    'scope-not-allowed',
    'denied-by-user',
  ],
  'web-server/token': [
    ...body,
    'grant-type-unknown',
    ...client,
    ...strict,
    'code-missing',
    'code-unknown',
    'code-of-another-app',
    'code-spent',
    'code-expired',
    'redirect-uri-missing',
    'redirect-uri-changed',
    'verifier-missing',
    'verifier-malformed',
    'verifier-wrong',
    'verifier-unexpected',
    ...user,
    'session-level-too-low',
  ],
  'refresh-token': [
    ...body,
    'grant-type-unknown',
    ...client,
    ...strict,
    'refresh-token-missing',
    'refresh-token-unknown',
    'refresh-token-of-another-app',
    'refresh-token-revoked',
    'refresh-token-rotated-out',
    'refresh-token-expired',
    ...user,
    'session-level-too-low',
    'scope-not-allowed',
  ],
  'device/request': [
    ...body,
    ...client,
    ...strict,
    'device-flow-off',
    'scope-not-allowed',
    'app-not-installed',
    'app-blocked',
  ],
  'device/token': [
    ...body,
    'grant-type-unknown',
    ...client,
    ...strict,
    'device-flow-off',
    'device-code-missing',
    'device-code-unknown',
    'device-code-of-another-app',
    'authorization-pending',
    'polled-too-fast',
    'denied-by-user',
    'device-code-expired',
    ...user,
    'device-code-spent',
    'high-assurance-required',
  ],
  'jwt-bearer': [
    ...body,
    'grant-type-unknown',
    'assertion-missing',
    'assertion-malformed',
    'critical-header-unknown',
    'issuer-missing',
    'client-unknown',
    'algorithm-not-allowed',
    'certificate-missing',
    'certificate-not-yet-valid',
    'certificate-expired',
    'signature-wrong',
    'expiry-missing',
    'expiry-past',
    'expiry-too-far',
    'not-yet-valid',
    'subject-missing',
    'audience-unknown',
    'user-unknown',
    'user-of-another-org',
    ...user,
    'high-assurance-required',
    'api-not-enabled',
    'refresh-scope-missing',
    'not-approved',
    'scope-not-allowed',
    'assertion-replayed',
  ],
  'saml-bearer': [
    ...body,
    'grant-type-unknown',
    'assertion-missing',
    'saml-malformed',
    'client-unknown',
    'certificate-missing',
    'certificate-not-yet-valid',
    'certificate-expired',
    'saml-unsigned',
    'saml-signature-unfit',
    'saml-algorithm-not-allowed',
    'saml-signature-wrong',
    'saml-altered',
    'saml-subject-missing',
    'saml-audience-unknown',
    'saml-recipient-unknown',
    'saml-not-yet-valid',
    'saml-expiry-missing',
    'saml-expired',
    'saml-expiry-too-far',
    'user-unknown',
    'user-of-another-org',
    ...user,
    'high-assurance-required',
    'api-not-enabled',
    'refresh-scope-missing',
    'not-approved',
    'scope-not-allowed',
    'saml-replayed',
  ],
}

/** Reasons that belong to no flow of a page here: client credentials has its own page, and tokens are used everywhere. */
export const elsewhere: readonly Reason[] = [
  'request-uri-pushed',
  'setup-permission-missing',
  'form-field-unknown',
  'domain-not-own',
  'client-credentials-off',
  'run-as-missing',
  'scopes-missing',
  'user-code-unknown',
  'user-code-tried-too-often',
  'token-missing',
  'token-twice',
  'token-unknown',
  'token-expired',
  'token-revoked',
  'token-of-another-org',
  'token-of-another-app',
  'token-in-query',
  'scope-missing',
]

/** The pages with such tables. */
export const flowPages: readonly string[] = ['web-server', 'refresh-token', 'jwt-bearer', 'saml-bearer', 'device'].map(
  (name) => `docs/flows/${name}.md`,
)

/** A page with its tables as they are to be now: each stands behind a comment that names it. */
export function withTables(page: string): string {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8')
  return text.replaceAll(
    /(<!-- refusals: ([\w/-]+) -->\n)(?:\n\|[^\n]*(?:\n\|[^\n]*)*\n)?/g,
    (_, marker: string, name: string) => {
      const rows = (refusalsOf[name] ?? []).map((reason) => row(reason, name.endsWith('/authorize')))
      return `${marker}\n${['| error | words | cause | |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`
    },
  )
}

function row(reason: Reason, isAuthorize: boolean): string {
  const sample = sampleRefusals.find((one) => one.reason === reason)
  if (sample === undefined || !isOAuth(sample) || !isCauseName(reason)) throw new Error(`${reason} is not explained.`)
  const { code, description } = isAuthorize ? authorizeRefusal(sample) : refusal(sample)
  return `| \`${code}\` | ${description} | ${causeOf(reason).meaning} | [${reason}](../errors.md#${reason}) |`
}

function isOAuth(sample: { readonly reason: string }): sample is Refusal {
  return isReason(sample.reason)
}
