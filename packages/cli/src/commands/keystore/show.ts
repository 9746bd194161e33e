import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { jsonOption } from '../../options.ts'
import { readSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'
import { openStore, withKeyStores } from './opened.ts'
import {
  passwordEnvOption,
  passwordFileOption,
  passwordSource,
  passwordStdinOption,
  passwordWords,
} from './password-options.ts'
import { shownEntries, storeJson, storeText } from './shown-store.ts'

/** `sallyport keystore show`: what a file holds, and whether Salesforce will import it. */
export function keystoreShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show what a file holds, and whether Salesforce will import it')
    .description(
      'Shows the keys and certificates of a file of any format, and says of each of the rules for Import from Keystore ' +
        'whether it is kept; if not, which command mends it.',
    )
    .argument('<file>', 'JKS, JCEKS, PKCS#12, PEM or DER, told apart by what is in it')
    .addOption(passwordEnvOption)
    .addOption(passwordFileOption)
    .addOption(passwordStdinOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport keystore show server.jks')
    .action((file, options) =>
      withKeyStores(async (keyStores) => {
        const given = await readSecret(passwordSource(options), '--password', process.env)
        const opened = await openStore(keyStores, terminal, file, given)
        const commandOptions = passwordWords(options)
        const verdict = keyStores.checkSalesforceImport(opened.store, { now: new Date(), file, commandOptions })
        const entries = shownEntries(keyStores, opened.store.entries)
        terminal.answer(storeJson(opened, entries, verdict), storeText(opened, entries, verdict, terminal.style))
      }),
    )
}
