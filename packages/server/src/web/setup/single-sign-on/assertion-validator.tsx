import { checklist } from '../../../journal/checklist.ts'
import { OAuthError } from '../../../oauth/error.ts'
import type { Refusal } from '../../../oauth/refusal.ts'
import { vouchedUser } from '../../../oauth/vouched-user.ts'
import { type Provisioning, provisionedUser } from '../../../saml/provisioned-user.ts'
import { browserRecipientsOf, recipientsOf, validatorPath } from '../../../saml/sso-endpoint.ts'
import { Card, Notice } from '../blocks.tsx'
import { area } from '../field.tsx'
import { EntryChecklist, toldWith } from '../flow-log/entry-checklist.tsx'
import { formPage, shown } from '../route.tsx'
import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute, SetupVisit } from '../setup-visit.ts'

type Needs = Pick<SetupNeeds, 'addresses' | 'samlRules' | 'askJitHandler' | 'seal' | 'newId' | 'now'>

const fields = {
  assertion: area({
    label: 'SAML Response or Assertion',
    isRequired: true,
    rows: 12,
    help: 'As it was sent, base64 or base64url, or as XML. It is looked at and not kept, and it is not used up.',
  }),
}

/** *SAML Assertion Validator*: each check that the SAML assertion flow would make, one by one. */
export function assertionValidator(needs: Needs): readonly SetupRoute[] {
  return formPage({
    path: validatorPath,
    right: 'view setup',
    find: async () => ({}),
    fields: () => fields,
    show: (form) => ({
      title: 'SAML Assertion Validator',
      lead: 'See why an assertion of an identity provider is refused: each check, one by one, as if it had been sent just now.',
      place: validatorPath,
      inside: <Card title="Assertion">{form.field('assertion')}</Card>,
    }),
    submit: 'Validate',
    cancel: () => '/setup/single-sign-on',
    act: async ({ assertion }, _, visit) => result(await lookedAt(needs, assertion, visit), visit),
  })
}

/** What came of looking: the checks it passed, and what refused it. */
interface Look {
  readonly checks: ReturnType<typeof checklist>
  readonly refusal: Refusal | undefined
  /** What signing in would make of the user. */
  readonly provisioning: Provisioning | undefined
}

async function lookedAt(
  { addresses, samlRules, askJitHandler, seal, newId, now }: Needs,
  text: string,
  visit: SetupVisit,
): Promise<Look> {
  const { stores, org } = visit
  const checks = checklist()
  const look = vouchedUser({
    ...stores,
    seal,
    recipientsOf: (org, config) => [
      ...recipientsOf(org, config, addresses),
      ...browserRecipientsOf(org, config, addresses),
    ],
    rules: samlRules,
    provisionedUser: provisionedUser({ ...stores, askJitHandler, newId, now }),
    now,
  })
  const sent = text.trim().startsWith('<') ? Buffer.from(text.trim()).toString('base64') : text.trim()
  try {
    const { provisioning } = await look(sent, org, checks)
    return { checks, refusal: undefined, provisioning }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return { checks, refusal: error.refusal, provisioning: undefined }
  }
}

function result({ checks, refusal, provisioning }: Look, visit: SetupVisit) {
  const { org, requestId, sourceIp, at } = visit
  const entry = {
    id: 0,
    requestId,
    at,
    endpoint: 'validator',
    flow: 'assertion',
    orgId: org.id,
    appId: undefined,
    userId: checks.userId,
    sourceIp,
    status: refusal === undefined ? 200 : 400,
    error: undefined,
    passed: checks.passed,
    refusal,
  }
  const told = toldWith({ org: org.name, app: undefined, user: undefined }, entry)
  return shown(visit, {
    title: 'SAML Assertion Validator',
    lead: 'What each check found, as if the assertion had been sent just now.',
    place: validatorPath,
    actions: [
      { href: validatorPath, label: 'Validate Another', look: 'brand' },
      { href: '/setup/single-sign-on', label: 'Single Sign-On Settings' },
    ],
    children: (
      <>
        <Notice look={refusal === undefined ? 'success' : 'error'} role="status">
          {refusal === undefined
            ? `The assertion would open a session, if it has not been used before.${consequence(provisioning)}`
            : 'The assertion is refused.'}
        </Notice>
        <Card title="Checks">
          <EntryChecklist {...told} subject={{ app: undefined, user: undefined }} />
        </Card>
      </>
    ),
  })
}

/** What else it would do at a browser. */
function consequence(provisioning: Provisioning | undefined): string {
  if (provisioning?.write === undefined) return ''
  const { username } = provisioning.user
  return provisioning.before === undefined
    ? ` At a browser it would make the user ${username}.`
    : ` At a browser it would bring the user ${username} up to date.`
}
