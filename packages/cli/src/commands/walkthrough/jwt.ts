import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Failure } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { readFile } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { demoSettings, loginUrlOption, noPauseOption, required } from './settings.ts'
import { tellingOn } from './steps.ts'
import { endOf, useToken } from './use-token.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** `sallyport walkthrough jwt`: the JWT bearer flow, step by step. */
export function walkthroughJwt(terminal: Terminal): CommandUnknownOpts {
  return new Command('jwt')
    .summary('the JWT bearer flow, step by step')
    .description(
      'The claims, their signature, the request, the answer, and what the token opens: with each request and answer as it ' +
        'goes over the wire, and with what the server checked. Break it on purpose: --audience https://wrong.example',
    )
    .addOption(loginUrlOption)
    .option('--consumer-key <key>', 'of the app whose certificate belongs to the key')
    .option('--username <name>', 'the user to act for')
    .option('--key-file <file>', 'the private key, PEM')
    .option('--audience <url>', 'aud of the JWT; by default what the server asks for')
    .addOption(noPauseOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport walkthrough jwt\n  sallyport walkthrough jwt --audience https://wrong.example --no-pause',
    )
    .action((options) =>
      withClient(async (client) => {
        const demo = demoSettings(options.data)
        const own = demo?.jwtBearer
        const login = client.loginUrl(options.url ?? required(demo?.loginUrl, '--url'))
        const consumerKey = options.consumerKey ?? required(own?.consumerKey, '--consumer-key')
        const username = options.username ?? required(own?.username, '--username')
        const keyFile = options.keyFile ?? required(own?.privateKeyFile, '--key-file')
        const audience = options.audience ?? client.audienceFor(login)
        const telling = tellingOn(terminal, { data: options.data, pauses: options.pause && terminal.isInteractive })

        telling.step(
          'The claims',
          'Which app asks (iss), for whom (sub), at which server (aud), and until when (exp, seconds since 1970).',
        )
        const exp = Math.floor(Date.now() / 1000) + 180
        const claims = { iss: consumerKey, sub: username, aud: audience, exp }
        telling.show({ ...claims, exp: `${exp} (${new Date(exp * 1000).toISOString()})` })
        await telling.pause()

        telling.step(
          'The assertion',
          'The claims, signed with RS256 by the private key. The app has the certificate, so the server can verify it.',
        )
        const assertion = await client.signJwt(claims, client.signerFromKey(readFile(keyFile)))
        telling.show({ key: keyFile, assertion })
        await telling.pause()

        telling.step('The assertion for an access token', 'No client_id, no secret: the signature says who it is.')
        const url = new URL('/services/oauth2/token', login).href
        const answer = await telling.send({ method: 'POST', url, form: { grant_type: grantType, assertion } })
        if (answer.status !== 200) throw new Failure('It was refused.', endOf(answer))
        await telling.pause()

        await useToken(telling, answer.body)
        telling.end('That was the JWT bearer flow. There is no refresh token: the next assertion takes its place.')
      }),
    )
}
