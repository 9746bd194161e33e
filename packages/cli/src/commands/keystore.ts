import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { keystoreAdd } from './keystore/add.ts'
import { keystoreAlias } from './keystore/alias.ts'
import { keystoreCheck } from './keystore/check.ts'
import { keystoreConvert } from './keystore/convert.ts'
import { keystoreCreate } from './keystore/create.ts'
import { keystorePassword } from './keystore/password.ts'
import { keystoreRemove } from './keystore/remove.ts'
import { keystoreShow } from './keystore/show.ts'

/** `sallyport keystore …` */
export function keystore(terminal: Terminal): CommandUnknownOpts {
  return new Command('keystore')
    .summary('read, make and convert key stores: JKS, PKCS#12 and PEM, without Java')
    .description(
      'Reads, makes and converts key stores, so that Salesforce imports them. Formats are told apart by what is in a file. ' +
        'Passwords are asked for, or come from the environment, a file or standard input.',
    )
    .addCommand(keystoreShow(terminal))
    .addCommand(keystoreConvert(terminal))
    .addCommand(keystoreCreate(terminal))
    .addCommand(keystoreCheck(terminal))
    .addCommand(keystoreAlias(terminal))
    .addCommand(keystoreAdd(terminal))
    .addCommand(keystoreRemove(terminal))
    .addCommand(keystorePassword(terminal))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  sallyport keystore convert server.crt server.pem server.jks --alias orga_jwt\n' +
        '  sallyport keystore show server.jks\n' +
        '  sallyport keystore create orga_jwt',
    )
}
