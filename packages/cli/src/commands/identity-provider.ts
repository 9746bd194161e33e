import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { identityProviderShow } from './identity-provider/show.ts'
import { identityProviderDisable, identityProviderEnable } from './identity-provider/switch.ts'

/** `sallyport identity-provider …` */
export function identityProvider(terminal: Terminal): CommandUnknownOpts {
  return new Command('identity-provider')
    .summary('let people of an org sign in to apps by SAML')
    .description(
      'Administer an org as SAML identity provider: its people sign in to apps with their session there. A server that runs ' +
        'sees every change within a second. The settings of one app: sallyport app saml.',
    )
    .addCommand(identityProviderEnable(terminal))
    .addCommand(identityProviderDisable(terminal))
    .addCommand(identityProviderShow(terminal))
}
