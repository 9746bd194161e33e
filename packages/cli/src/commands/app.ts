import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { appAppearance } from './app/appearance.ts'
import { appBlock } from './app/block.ts'
import { appCreate } from './app/create.ts'
import { appDelete } from './app/delete.ts'
import { appFile } from './app/file.ts'
import { appInitialAccessToken } from './app/initial-access-token.ts'
import { appInstall } from './app/install.ts'
import { appList } from './app/list.ts'
import { appRevoke } from './app/revoke.ts'
import { appRotateSecret } from './app/rotate-secret.ts'
import { appSaml } from './app/saml.ts'
import { appShow } from './app/show.ts'
import { appUnblock } from './app/unblock.ts'
import { appUninstall } from './app/uninstall.ts'
import { appUpdate } from './app/update.ts'
import { appUsage } from './app/usage.ts'

/** `sallyport app …` */
export function app(terminal: Terminal): CommandUnknownOpts {
  return new Command('app')
    .summary('administer connected apps')
    .description('Administer connected apps. A server that runs sees every change within a second.')
    .addCommand(appCreate(terminal))
    .addCommand(appList(terminal))
    .addCommand(appShow(terminal))
    .addCommand(appUpdate(terminal))
    .addCommand(appAppearance(terminal))
    .addCommand(appFile(terminal))
    .addCommand(appSaml(terminal))
    .addCommand(appRotateSecret(terminal))
    .addCommand(appInitialAccessToken(terminal))
    .addCommand(appBlock(terminal))
    .addCommand(appUnblock(terminal))
    .addCommand(appInstall(terminal))
    .addCommand(appUninstall(terminal))
    .addCommand(appUsage(terminal))
    .addCommand(appRevoke(terminal))
    .addCommand(appDelete(terminal))
}
