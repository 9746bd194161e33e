import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { authProviderCreate } from './auth-provider/create.ts'
import { authProviderDelete } from './auth-provider/delete.ts'
import { authProviderList } from './auth-provider/list.ts'
import { authProviderShow } from './auth-provider/show.ts'
import { authProviderUpdate } from './auth-provider/update.ts'

/** `sallyport auth-provider …` */
export function authProvider(terminal: Terminal): CommandUnknownOpts {
  return new Command('auth-provider')
    .summary('administer the outside providers that people sign in with (OpenID Connect)')
    .description(
      'Administer the Auth. Providers of an org: with which accounts of elsewhere its people sign in. A server that runs ' +
        'sees every change within a second.',
    )
    .addCommand(authProviderCreate(terminal))
    .addCommand(authProviderList(terminal))
    .addCommand(authProviderShow(terminal))
    .addCommand(authProviderUpdate(terminal))
    .addCommand(authProviderDelete(terminal))
}
