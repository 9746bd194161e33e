import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { profileCreate } from './profile/create.ts'
import { profileDelete } from './profile/delete.ts'
import { profileList } from './profile/list.ts'
import { profileShow } from './profile/show.ts'
import { profileUpdate } from './profile/update.ts'

/** `sallyport profile …` */
export function profile(terminal: Terminal): CommandUnknownOpts {
  return new Command('profile')
    .summary('administer profiles')
    .description(
      'Administer profiles: what users are, first of all. A server that runs sees every change within a second.',
    )
    .addCommand(profileCreate(terminal))
    .addCommand(profileList(terminal))
    .addCommand(profileShow(terminal))
    .addCommand(profileUpdate(terminal))
    .addCommand(profileDelete(terminal))
}
