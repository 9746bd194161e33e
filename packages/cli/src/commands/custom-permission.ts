import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { customPermissionCreate } from './custom-permission/create.ts'
import { customPermissionDelete } from './custom-permission/delete.ts'
import { customPermissionList } from './custom-permission/list.ts'
import { customPermissionUpdate } from './custom-permission/update.ts'

/** `sallyport custom-permission …` */
export function customPermission(terminal: Terminal): CommandUnknownOpts {
  return new Command('custom-permission')
    .summary('administer custom permissions')
    .description(
      'Administer permissions of an org of its own making, and who gives them; the app that one belongs to is told who has it. A server that runs sees every change within a second.',
    )
    .addCommand(customPermissionCreate(terminal))
    .addCommand(customPermissionList(terminal))
    .addCommand(customPermissionUpdate(terminal))
    .addCommand(customPermissionDelete(terminal))
}
