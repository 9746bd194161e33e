import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { dpopOf, openLogins, withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { loginOption } from '../login/login-options.ts'

/** `sallyport token asset`: a token for a device. */
export function tokenAsset(terminal: Terminal): CommandUnknownOpts {
  return new Command('asset')
    .summary('get a token for a device (asset token flow)')
    .description(
      'Gets a JWT for a device by the access token of a sign-in, whose app makes asset tokens. Services verify it by the keys ' +
        'that the org publishes.',
    )
    .option('--actor-token-file <file>', 'a JWT that the device has signed, with its public key in cnf.jwk')
    .addOption(loginOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExample:\n  sallyport token asset --actor-token-file device.jwt > asset-token.jwt\n' +
        '  sallyport token verify asset-token.jwt --url https://acme.my.salesforce.com',
    )
    .action((options) =>
      withClient(async (client) => {
        const kept = openLogins(client)
        const login = kept.find(options.login)
        const { accessToken, instanceUrl } = await kept.tokens(login).token()
        const actorToken = options.actorTokenFile === undefined ? undefined : readFile(options.actorTokenFile).trim()
        const { assetToken, expiresAt } = await client.assetToken(
          { accessToken, actorToken, loginHost: instanceUrl ?? login.loginHost },
          { dpop: dpopOf(client, login) },
        )
        if (terminal.wantsJson) terminal.answer({ assetToken, expiresAt }, assetToken)
        else terminal.write(`${assetToken}\n`)
      }),
    )
}
