import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { quoted } from './wording.ts'

const dynamic = 'Initial Access Token for Dynamic Client Registration'

/** Apps that register themselves. */
export const registrationExplanations = {
  'initial-token-unknown': {
    check: 'initial-token',
    facts: {},
    explain: () => ({
      expected: 'the initial access token of an app of this org, as `Authorization: Bearer <token>`',
      found: 'another text: none of ours, one that was deleted or replaced, or one of another org',
      whatToDo: `Generate one: ${appCommand('initial-access-token', '<name>')}. An access token of a user is none.`,
      whereInSetup: appSetting('[app]', dynamic, 'Generate'),
    }),
  },
  'registration-malformed': {
    check: 'request',
    facts: { contentType: 'text' },
    explain: ({ contentType }) => ({
      expected:
        'a JSON object with what the app says of itself, such as {"redirect_uris": ["https://app.example/callback"]}',
      found: `a body that is no JSON, of the type ${quoted(contentType)}`,
      whatToDo: 'Send JSON, with the header `Content-Type: application/json`. A form is not read here (RFC 7591 §3.1).',
      whereInSetup: undefined,
    }),
  },
  'registration-refused': {
    check: 'registration',
    facts: { field: 'text', problem: 'text' },
    explain: ({ field, problem }) => ({
      expected: `\`${field}\` as an app can have it`,
      found: problem,
      whatToDo: `Send another \`${field}\`. An app that registers itself gets no more scopes than the app whose token it shows, and uses the web server flow.`,
      whereInSetup: undefined,
    }),
  },
  'registration-limit': {
    check: 'registration',
    facts: { app: 'text', limit: 'number' },
    explain: ({ app, limit }) => ({
      expected: `at most ${limit} apps that registered themselves under ${quoted(app)}`,
      found: 'as many as that, or the initial access token has just been taken away',
      whatToDo: `Delete those that nobody uses: \`sallyport app list\` shows them, ${appCommand('delete', '<name>')} deletes one. Or register under another app.`,
      whereInSetup: appSetting(app, dynamic),
    }),
  },
  'registration-token-unknown': {
    check: 'registration-token',
    facts: {},
    explain: () => ({
      expected:
        'the `registration_access_token` that the app was told when it registered, at its own `registration_client_uri`',
      found: 'another text, the token of another app, or that of one that was deleted',
      whatToDo:
        'Send the two that belong together. Who has lost them registers anew, and has the old app deleted in Setup.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
