import type { ReasonExplanations } from './explained-reason.ts'
import { appCommand, appSetting } from './mending.ts'
import { quoted } from './wording.ts'

/** The asset token flow. */
export const assetTokenExplanations = {
  'asset-tokens-off': {
    check: 'flow',
    facts: { app: 'text' },
    explain: ({ app }) => ({
      expected: `“Enable Asset Tokens” on ${quoted(app)}`,
      found: 'it is off',
      whatToDo: `Say how asset tokens are made: ${appCommand('update', app, '--asset-certificate', '<name>', '--asset-audience', 'https://service.example')}. If the token is of another issuer, and is to be exchanged, name a handler in \`token_handler\`.`,
      whereInSetup: appSetting(app, 'Enable Asset Tokens'),
    }),
  },
  'subject-token-dead': {
    check: 'token',
    facts: { state: 'text' },
    explain: ({ state }) => ({
      expected: 'an access token of this org that is alive',
      found: `one that is ${state}`,
      whatToDo:
        'Ask for a new access token, and send it as `subject_token`. See that it is whole: the `!` in it is part of it.',
      whereInSetup: undefined,
    }),
  },
  'asset-certificate-unusable': {
    check: 'asset-token',
    facts: { app: 'text', certificate: 'text', problem: 'text' },
    explain: ({ app, certificate, problem }) => ({
      expected: `the certificate ${quoted(certificate)}, with its private key, in the org of ${quoted(app)}`,
      found: problem,
      whatToDo: `Make one, and name it: ${appCommand('update', app, '--asset-certificate', '<name>')}. A certificate is made by \`sallyport certificate create <name>\`.`,
      whereInSetup: 'Setup > Security > Certificate and Key Management',
    }),
  },
  'actor-token-malformed': {
    check: 'actor-token',
    facts: { problem: 'text' },
    explain: ({ problem }) => ({
      expected: 'a JWT with did and cnf.jwk, signed by that key with RS256 or ES256',
      found: `another token: ${problem}`,
      whatToDo:
        'Let the device make `{ "did": …, "Name": …, "Asset": { … }, "cnf": { "jwk": its public key } }`, sign it with the private half, and send it as `actor_token` with `actor_token_type=urn:ietf:params:oauth:token-type:jwt`.',
      whereInSetup: undefined,
    }),
  },
  'actor-token-signature-wrong': {
    check: 'actor-token',
    facts: { thumbprint: 'text' },
    explain: ({ thumbprint }) => ({
      expected: `a signature by the private half of its own cnf.jwk (thumbprint ${thumbprint})`,
      found: 'a signature that this key does not verify',
      whatToDo:
        'Sign header.claims exactly as they are sent, with the key whose public half is in `cnf.jwk`. For ES256 the signature is the two numbers side by side, 64 bytes, and not DER.',
      whereInSetup: undefined,
    }),
  },
  'actor-token-not-valid-now': {
    check: 'actor-token',
    facts: { claim: 'text', found: 'text', now: 'text' },
    explain: ({ claim, found, now }) => ({
      expected: claim === 'exp' ? `exp after ${now}, the time here` : `${claim} not after ${now}, the time here`,
      found: `${claim} ${found}`,
      whatToDo: 'Let the device make a new token, with times in seconds since 1970, and see that its clock is right.',
      whereInSetup: undefined,
    }),
  },
  'actor-token-replayed': {
    check: 'not-replayed',
    facts: { device: 'text' },
    explain: ({ device }) => ({
      expected: 'an actor token with a new jti, or without one',
      found: `one whose jti the device ${quoted(device)} has used before`,
      whatToDo: 'Let the device sign a new token for each request, with a new random `jti`.',
      whereInSetup: undefined,
    }),
  },
} satisfies Partial<ReasonExplanations>
