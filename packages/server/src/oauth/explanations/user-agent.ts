import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { listed, quoted } from './wording.ts'

/** The user-agent flow, beside what it shares with every authorize request. */
export const userAgentExplanations = {
  'nonce-missing': {
    check: 'nonce',
    facts: { response_type: 'text' },
    explain: ({ response_type }) => ({
      expected: `a nonce, because of response_type=${response_type}`,
      found: 'none',
      whatToDo:
        'Send a `nonce`: random, and kept until the answer comes. The ID token carries it back, which shows that it was made for this request and not for another one (OpenID Connect Core §3.2.2.1).',
      whereInSetup: undefined,
    }),
  },
  'openid-missing': {
    check: 'scope',
    facts: { app: 'text', scopes: 'texts', response_type: 'text' },
    explain: ({ app, scopes, response_type }) => ({
      expected: `the scope openid, because of response_type=${response_type}`,
      found: listed(scopes, 'and'),
      whatToDo: `Add \`openid\` to \`scope\`; the app ${quoted(app)} must have it, too: ${appCommand('update', app, '--scope', ...scopes, 'openid')}.`,
      whereInSetup: appSetting(app, 'Selected OAuth Scopes'),
    }),
  },
} satisfies Partial<ReasonExplanations>
