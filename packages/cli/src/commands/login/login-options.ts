import { Option } from '@commander-js/extra-typings'

/** `--url`: where to sign in. */
export const urlOption = new Option(
  '--url <host>',
  'where to sign in: production, sandbox, a My Domain, or a Sallyport such as http://localhost:8787',
)
  .env('SALLYPORT_LOGIN_URL')
  .default('production')

/** `--name`: what to call the sign-in. */
export const nameOption = new Option('--name <name>', 'what to call the sign-in; by default the username')

/** `--login`: which sign-in a command uses. */
export const loginOption = new Option('--login <name>', 'the sign-in to use; the last one made unless given').env(
  'SALLYPORT_LOGIN',
)

/** `--hybrid`: the variant of a flow that opens web views besides. */
export const hybridOption: Option<'--hybrid'> = new Option(
  '--hybrid',
  'also get sessions for web views of the org, as hybrid apps do; `token show --json` has them',
)
