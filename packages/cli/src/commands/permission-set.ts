import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { permissionSetCreate } from './permission-set/create.ts'
import { permissionSetDelete } from './permission-set/delete.ts'
import { permissionSetList } from './permission-set/list.ts'
import { permissionSetShow } from './permission-set/show.ts'
import { permissionSetUpdate } from './permission-set/update.ts'

/** `sallyport permission-set …` */
export function permissionSet(terminal: Terminal): CommandUnknownOpts {
  return new Command('permission-set')
    .summary('administer permission sets')
    .description(
      'Administer permission sets: what users may do besides their profile. A server that runs sees every change within a ' +
        'second.',
    )
    .addCommand(permissionSetCreate(terminal))
    .addCommand(permissionSetList(terminal))
    .addCommand(permissionSetShow(terminal))
    .addCommand(permissionSetUpdate(terminal))
    .addCommand(permissionSetDelete(terminal))
}
