import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { loginClientCredentials } from './login/client-credentials.ts'
import { loginDevice } from './login/device.ts'
import { loginHeadless } from './login/headless.ts'
import { loginJwt } from './login/jwt.ts'
import { loginList } from './login/list.ts'
import { loginPassword } from './login/password.ts'
import { loginRemove } from './login/remove.ts'
import { loginSamlAssertion } from './login/saml-assertion.ts'
import { loginSamlBearer } from './login/saml-bearer.ts'
import { loginShow } from './login/show.ts'
import { loginTokenExchange } from './login/token-exchange.ts'
import { loginUse } from './login/use.ts'
import { loginUserAgent } from './login/user-agent.ts'
import { loginWeb } from './login/web.ts'

/** `sallyport login …` */
export function login(terminal: Terminal): CommandUnknownOpts {
  return new Command('login')
    .summary('sign in to an org, of Salesforce or of Sallyport')
    .description(
      'Signs in to an org and keeps the sign-in, locked, in your own folder. Commands such as `call` and `token` use it, and ' +
        'get new tokens by it when the old ones end.',
    )
    .addCommand(loginWeb(terminal))
    .addCommand(loginDevice(terminal))
    .addCommand(loginJwt(terminal))
    .addCommand(loginSamlBearer(terminal))
    .addCommand(loginSamlAssertion(terminal))
    .addCommand(loginClientCredentials(terminal))
    .addCommand(loginTokenExchange(terminal))
    .addCommand(loginHeadless(terminal))
    .addCommand(loginUserAgent(terminal))
    .addCommand(loginPassword(terminal))
    .addCommand(loginList(terminal))
    .addCommand(loginShow(terminal))
    .addCommand(loginUse(terminal))
    .addCommand(loginRemove(terminal))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport login web\n' +
        '  sallyport login web --url http://localhost:8787\n' +
        '  sallyport login jwt --username robot@acme.example --consumer-key 3MVG9… --key-file server.key',
    )
}
