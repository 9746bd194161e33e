import { createHash, randomBytes } from 'node:crypto'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { entered } from '../../entered.ts'
import { Failure } from '../../failure.ts'
import { withClient } from '../../logins.ts'
import { openBrowser } from '../../open-browser.ts'
import { dataOption, jsonOption, readDuration } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { demoSettings, loginUrlOption, noPauseOption, required } from './settings.ts'
import { tellingOn } from './steps.ts'
import { endOf, readGranted, useToken } from './use-token.ts'

/** `sallyport walkthrough web`: the web server flow, step by step. */
export function walkthroughWeb(terminal: Terminal): CommandUnknownOpts {
  return new Command('web')
    .summary('the web server flow, step by step')
    .description(
      'The link, what the browser brings back, the code for tokens, who it is, a refresh, what the token opens, and the end: ' +
        'with each request and answer as it goes over the wire, and with what the server checked.',
    )
    .addOption(loginUrlOption)
    .option('--consumer-key <key>', 'of the app')
    .option('--consumer-secret-env <variable>', 'the consumer secret, from this environment variable')
    .option('--consumer-secret-file <file>', 'the same, from this file')
    .option(
      '--callback-url <url>',
      'one of the app that leads to this machine, such as http://localhost:1717/OauthRedirect',
    )
    .option('--scope <scopes>', 'what to ask for, separated by spaces', 'api openid refresh_token')
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--timeout <duration>', 'give up after this time, such as 90s or 10m', readDuration, 300)
    .addOption(noPauseOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport walkthrough web\n  sallyport walkthrough web --no-browser --no-pause',
    )
    .action((options) =>
      withClient(async (client) => {
        const demo = demoSettings(options.data)
        const own = demo?.webServer
        const login = client.loginUrl(options.url ?? required(demo?.loginUrl, '--url'))
        const consumerKey = options.consumerKey ?? required(own?.consumerKey, '--consumer-key')
        const source = {
          variable: options.consumerSecretEnv,
          file: options.consumerSecretFile,
          isStandardInput: undefined,
        }
        const givenSecret = await readSecret(source, '--consumer-secret', process.env)
        // Another app than the demo's may be a public one, which has no secret to show.
        const secret = givenSecret ?? (options.consumerKey === undefined ? own?.consumerSecret : undefined)
        const callbackUrl = new URL(options.callbackUrl ?? required(own?.callbackUrl, '--callback-url'))
        const telling = tellingOn(terminal, { data: options.data, pauses: options.pause && terminal.isInteractive })
        const endpoint = (name: string) => new URL(`/services/oauth2/${name}`, login).href
        const host = callbackUrl.hostname === '127.0.0.1' ? '127.0.0.1' : 'localhost'
        const place = { port: Number(callbackUrl.port), path: callbackUrl.pathname, host } as const
        await using listener = await client.loopbackListener(place)

        telling.step(
          'A secret of this sign-in, and its hash',
          'PKCE (RFC 7636): the browser carries the hash; only who has the verifier can use the code that comes back.',
        )
        const verifier = randomBytes(32).toString('base64url')
        const state = randomBytes(16).toString('base64url')
        const challenge = createHash('sha256').update(verifier).digest('base64url')
        telling.show({ code_verifier: verifier, code_challenge: challenge, state })
        await telling.pause()

        telling.step(
          'The link for the browser',
          'The person signs in and allows the app, at the authorization server alone.',
        )
        const asked = {
          response_type: 'code',
          client_id: consumerKey,
          redirect_uri: listener.redirectUri,
          scope: options.scope,
          state,
          code_challenge: challenge,
          code_challenge_method: 'S256',
        }
        const link = `${endpoint('authorize')}?${new URLSearchParams(asked)}`
        telling.showRequest({ method: 'GET', url: link })
        if (own !== undefined && options.consumerKey === undefined) {
          telling.show({ 'sign in as': own.username, with: own.password ?? 'the password that you gave it' })
        }
        const isOpen = options.browser && (await openBrowser(link))
        terminal.note(
          `${isOpen ? 'If no browser has opened, open' : 'Open'} this address with a browser of this machine:\n  ${link}`,
        )
        const callback = await listener.callback((back) => back.searchParams.get('state') === state, {
          timeout: options.timeout * 1000,
        })
        await telling.pause()

        telling.step(
          'What the browser brings back',
          'The code is worth nothing without the verifier, and is good for one try.',
        )
        const brought = Object.fromEntries(callback.searchParams)
        telling.show(brought)
        const code = callback.searchParams.get('code')
        if (code === null) {
          throw new Failure(
            `The browser came back with an error: ${brought['error']} ${brought['error_description'] ?? ''}`,
            {
              next: 'Why, where the server is a Sallyport of yours: sallyport diagnose --last',
            },
          )
        }
        await telling.pause()

        telling.step(
          'The code for tokens',
          'From server to server; redirect_uri is the same as in the link, letter by letter.',
        )
        const credentials = { client_id: consumerKey, ...entered({ client_secret: secret }) }
        const form = {
          grant_type: 'authorization_code',
          code,
          redirect_uri: listener.redirectUri,
          code_verifier: verifier,
        }
        const exchange = await telling.send({
          method: 'POST',
          url: endpoint('token'),
          form: { ...form, ...credentials },
        })
        if (exchange.status !== 200) throw new Failure('It was refused.', endOf(exchange))
        await telling.pause()

        telling.step('Who it is', 'In the words of OpenID Connect (Core §5.3).')
        const { access_token, refresh_token } = readGranted(exchange.body)
        const headers = { authorization: `Bearer ${access_token}` }
        await telling.send({ method: 'GET', url: endpoint('userinfo'), headers })
        await telling.pause()

        await useToken(telling, exchange.body)

        if (refresh_token !== undefined) {
          telling.step('Later: a new access token for the refresh token', 'Without the person (RFC 6749 §6).')
          const again = { grant_type: 'refresh_token', refresh_token, ...credentials }
          const refreshed = await telling.send({ method: 'POST', url: endpoint('token'), form: again })
          if (refreshed.status !== 200) throw new Failure('It was refused.', endOf(refreshed))
          await telling.pause()

          telling.step('The end', 'Revoking the refresh token ends everything that came of it (RFC 7009).')
          const last = readGranted(refreshed.body).refresh_token ?? refresh_token
          await telling.send({ method: 'POST', url: endpoint('revoke'), form: { token: last } })
        }
        telling.end('That was the web server flow.')
      }),
    )
}
