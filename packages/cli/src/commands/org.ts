import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { orgApply } from './org/apply.ts'
import { orgCreate } from './org/create.ts'
import { orgExport } from './org/export.ts'
import { orgList } from './org/list.ts'
import { orgRotateSigningKey } from './org/rotate-signing-key.ts'
import { orgShow } from './org/show.ts'
import { orgSigningKeys } from './org/signing-keys.ts'
import { orgUpdate } from './org/update.ts'

/** `sallyport org …` */
export function org(terminal: Terminal): CommandUnknownOpts {
  return new Command('org')
    .summary('administer orgs')
    .description('Administer orgs. A server that runs sees every change within a second.')
    .addCommand(orgCreate(terminal))
    .addCommand(orgList(terminal))
    .addCommand(orgShow(terminal))
    .addCommand(orgUpdate(terminal))
    .addCommand(orgApply(terminal))
    .addCommand(orgExport(terminal))
    .addCommand(orgSigningKeys(terminal))
    .addCommand(orgRotateSigningKey(terminal))
}
