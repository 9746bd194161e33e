import { Option } from '@commander-js/extra-typings'
import type { Client, DpopJwk } from '../../logins.ts'

/** `--url`: where to sign in. */
export const urlOption = new Option(
  '--url <host>',
  'where to sign in: production, sandbox, a My Domain, or a Sallyport such as http://localhost:8787',
)
  .env('SALLYPORT_LOGIN_URL')
  .default('production')

/** `--name`: what to call the sign-in. */
export const nameOption = new Option('--name <name>', 'what to call the sign-in; by default the username')

/** `--dpop`: tokens that are worth nothing without a key. */
export const dpopOption: Option<'--dpop'> = new Option(
  '--dpop',
  'bind the tokens to a new key (DPoP, RFC 9449), which is kept with the sign-in: a copy of them opens nothing; Salesforce offers none, nor does dev',
)

/** The key that `--dpop` asks for, as it is kept. */
export function newDpopKey(
  client: Client,
  options: { readonly dpop?: true | undefined },
): { readonly dpopKey?: DpopJwk } {
  return options.dpop === true ? { dpopKey: client.dpopKey().toJwk() } : {}
}

/** `--login`: which sign-in a command uses. */
export const loginOption = new Option('--login <name>', 'the sign-in to use; the last one made unless given').env(
  'SALLYPORT_LOGIN',
)

/** `--hybrid`: the variant of a flow that opens web views besides. */
export const hybridOption: Option<'--hybrid'> = new Option(
  '--hybrid',
  'also get sessions for web views of the org, as hybrid apps do; `token show --json` has them',
)
