import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { userAssign } from './user/assign.ts'
import { userCreate } from './user/create.ts'
import { userDisconnectAuthenticator } from './user/disconnect-authenticator.ts'
import { userFreeze } from './user/freeze.ts'
import { userList } from './user/list.ts'
import { userResetSecurityToken } from './user/reset-security-token.ts'
import { userSetPassword } from './user/set-password.ts'
import { userShow } from './user/show.ts'
import { userTemporaryCode } from './user/temporary-code.ts'
import { userUnfreeze } from './user/unfreeze.ts'
import { userUnlock } from './user/unlock.ts'

/** `sallyport user …` */
export function user(terminal: Terminal): CommandUnknownOpts {
  return new Command('user')
    .description('Administer users. A server that runs sees every change within a second.')
    .summary('administer users')
    .addCommand(userCreate(terminal))
    .addCommand(userList(terminal))
    .addCommand(userShow(terminal))
    .addCommand(userFreeze(terminal))
    .addCommand(userUnfreeze(terminal))
    .addCommand(userUnlock(terminal))
    .addCommand(userSetPassword(terminal))
    .addCommand(userResetSecurityToken(terminal))
    .addCommand(userAssign(terminal))
    .addCommand(userTemporaryCode(terminal))
    .addCommand(userDisconnectAuthenticator(terminal))
}
