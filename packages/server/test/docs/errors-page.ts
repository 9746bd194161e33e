import { checkNames, checkTitle } from '../../src/journal/checks.ts'
import { type ExplainedRefusal, explain } from '../../src/oauth/explanation.ts'
import { authorizeRefusal, isReason, type Refusal, refusal } from '../../src/oauth/refusal.ts'
import { RestError, type RestRefusal } from '../../src/rest/error.ts'
import { sampleRefusals } from '../refusal-samples.ts'

/** The text of `docs/errors.md`: every reason for which a request is refused, told with sample facts. */
export function errorsPage(): string {
  return `${[...opening, ...byWireWords(), ...byCheck()].join('\n')}\n`
}

const opening = [
  '# Errors',
  '',
  'Look up what you were told, and read why. For a request of your own, `sallyport diagnose --last` says it exactly.',
  '',
  'Salesforce has few words for many causes. Sallyport answers in the same words, and keeps the cause: `sallyport dev` sends',
  'its name in the header `x-sallyport-cause`, and the journal has it under the `x-request-id` of each answer. Names and',
  'values below (Warehouse, ada@acme.example) are examples.',
  '',
  '<!-- Written by packages/server/test/docs/write-errors-page.ts out of the tables in packages/server/src/oauth. -->',
]

interface Wire {
  readonly code: string
  readonly words: string
}

function byWireWords(): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const sample of sampleRefusals) {
    for (const { code, words } of wiresOf(sample)) {
      const key = `| \`${code}\` | ${escaped(words)} |`
      reasons.set(key, [...(reasons.get(key) ?? []), `[${sample.reason}](#${sample.reason})`])
    }
  }
  const rows = [...reasons].sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    '',
    '## By what you were told',
    '',
    '`error` and `error_description` of the OAuth endpoints; `errorCode` and `message` of the REST API (in capitals).',
    '',
    '| code | words | one of these reasons |',
    '| --- | --- | --- |',
    ...rows.map(([key, links]) => `${key} ${links.join(', ')} |`),
  ]
}

function byCheck(): readonly string[] {
  return checkNames.flatMap((check) => {
    const samples = sampleRefusals.filter((sample) => explain(sample).check === check)
    return samples.length === 0 ? [] : ['', `## ${checkTitle(check)}`, ...samples.flatMap(section)]
  })
}

function section(sample: ExplainedRefusal): readonly string[] {
  const { check, expected, found, whatToDo, whereInSetup } = explain(sample)
  const wires = wiresOf(sample).map(({ code, words }) => `\`${code}\` ${escaped(words)}`)
  return [
    '',
    `### ${sample.reason}`,
    '',
    '| | |',
    '| --- | --- |',
    `| Answer | ${wires.join('; ')} |`,
    `| Check | \`${check}\` |`,
    `| Expected | ${escaped(expected)} |`,
    `| Found | ${escaped(found)} |`,
    `| What to do | ${escaped(whatToDo)} |`,
    ...(whereInSetup === undefined ? [] : [`| In Salesforce | ${escaped(whereInSetup)} |`]),
  ]
}

/** What a caller is told for a reason, at each kind of endpoint that knows it. */
function wiresOf(sample: ExplainedRefusal): readonly Wire[] {
  const wires: Wire[] = []
  if (isOauth(sample)) {
    for (const { code, description } of [refusal(sample), authorizeRefusal(sample)]) {
      if (wires.every((wire) => wire.code !== code || wire.words !== description))
        wires.push({ code, words: description })
    }
  }
  if (isRest(sample)) {
    const { errorCode, message } = new RestError(sample)
    wires.push({ code: errorCode, words: message })
  }
  return wires
}

function isOauth(sample: ExplainedRefusal): sample is Refusal {
  return isReason(sample.reason)
}

const restReasons: { readonly [R in RestRefusal['reason']]: true } = {
  'token-missing': true,
  'token-twice': true,
  'token-unknown': true,
  'token-expired': true,
  'token-revoked': true,
  'token-of-another-org': true,
  'api-access-controlled': true,
  'dpop-proof-missing': true,
  'dpop-proof-malformed': true,
  'dpop-signature-wrong': true,
  'dpop-proof-misdirected': true,
  'dpop-proof-stale': true,
  'dpop-proof-replayed': true,
  'dpop-nonce-needed': true,
  'dpop-key-changed': true,
  'token-bound-to-key': true,
  'token-not-bound': true,
  'scope-missing': true,
  'authorization-malformed': true,
  'org-inactive': true,
  'user-inactive': true,
  'user-frozen': true,
  'login-hours': true,
  'ip-restricted': true,
  'api-not-enabled': true,
  'permission-missing': true,
  'request-limit-exceeded': true,
  'version-unknown': true,
  'resource-newer-than-version': true,
  'resource-unknown': true,
  'object-unknown': true,
  'list-view-unknown': true,
  'method-not-allowed': true,
  'body-too-large': true,
  'precondition-failed': true,
  'not-supported': true,
  'json-malformed': true,
  'xml-malformed': true,
  'content-type-unsupported': true,
  'query-missing': true,
  'query-refused': true,
  'query-too-large': true,
  'locator-unknown': true,
  'field-unknown': true,
  'record-unknown': true,
  'record-deleted': true,
  'record-refused': true,
  'external-id-field-unknown': true,
  'object-read-only': true,
  'object-permission-missing': true,
  'soap-malformed': true,
  'soap-operation-unknown': true,
  'soap-login-off': true,
  'jwt-not-accepted': true,
  'too-many-parts': true,
  'composite-refused': true,
  'composite-stopped': true,
  'parameter-out-of-range': true,
}

function isRest(sample: ExplainedRefusal): sample is RestRefusal {
  return Object.hasOwn(restReasons, sample.reason)
}

/** Text for a cell of a table: no bar, and no angle bracket that would be markup, but between backticks. */
function escaped(text: string): string {
  return text
    .split('`')
    .map((part, position) => (position % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*')))
    .join('`')
    .replaceAll('|', '\\|')
}
