import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { releaseList } from './release/list.ts'
import { releaseSet } from './release/set.ts'
import { releaseSwitch } from './release/switch.ts'

/** `sallyport release …` */
export function release(terminal: Terminal): CommandUnknownOpts {
  return new Command('release')
    .summary('say as which Salesforce an org behaves')
    .description(
      'Salesforce changes what it lets apps do on known days. An org behaves as the latest Salesforce, or as that of a day or ' +
        'a release; each dated change can be switched by itself. What will break: sallyport check-release --at <day>',
    )
    .addCommand(releaseList(terminal))
    .addCommand(releaseSet(terminal))
    .addCommand(releaseSwitch(terminal))
}
