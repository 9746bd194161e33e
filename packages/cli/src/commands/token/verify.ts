import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { jsonOption } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { urlOption } from '../login/login-options.ts'
import { givenToken } from './given-token.ts'

/** `sallyport token verify`: whether a JWT was signed by whom it says. */
export function tokenVerify(terminal: Terminal): CommandUnknownOpts {
  return new Command('verify')
    .summary('verify the signature and the times of a JWT')
    .description(
      'Verifies a JWT, such as an ID token: its signature with the keys that a login host publishes, or with a certificate; ' +
        'and whether it is valid now.',
    )
    .argument('<file>', 'the file that holds it, or - for standard input')
    .addOption(urlOption)
    .option('--keys-url <url>', 'where the keys are published; by default /id/keys of the login host')
    .option('--certificate-file <file>', 'verify with the key of this certificate instead')
    .addOption(jsonOption)
    .action((place, options) =>
      withClient(async (client) => {
        const text = await givenToken(place)
        const { Auth } = client.apex({ certificates: client.certificates([]) })
        const { certificateFile } = options
        const keysUrl = options.keysUrl ?? new URL('/id/keys', client.loginUrl(options.url)).href
        try {
          const jwt =
            certificateFile === undefined
              ? await Auth.JWTUtil.validateJWTWithKeysEndpoint(text, keysUrl, false)
              : Auth.JWTUtil.validateJWTWithKey(text, readFile(certificateFile))
          const claims = JSON.parse(jwt.toJSONString())
          const by = certificateFile === undefined ? `a key published at ${keysUrl}` : `the key of ${certificateFile}`
          terminal.answer({ isValid: true, claims }, `${terminal.style.green('✓')} Signed by ${by}, and valid now.`)
        } catch (cause) {
          if (!(cause instanceof client.JWTValidationException)) throw cause
          throw new Failure(cause.message, { next: 'See what is in it: sallyport token decode <file>', cause })
        }
      }),
    )
}
