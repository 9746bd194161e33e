import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { encryptionKeyVariable, furtherKeysVariable } from '../../data-folder.ts'
import { withDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

// Values of one transaction: servers write in between.
const batch = 100

/** `sallyport store rekey`: everything sealed, from one encryption key to another. */
export function storeRekey(terminal: Terminal): CommandUnknownOpts {
  return new Command('rekey')
    .summary('move everything sealed to another encryption key')
    .description(
      `Seals consumer secrets, private keys and signing keys under the key in ${encryptionKeyVariable}, whatever key in ` +
        `${furtherKeysVariable} they are under now. Servers go on meanwhile. It may be stopped and begun again.`,
    )
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      `\nIn four steps, with no server down:\n` +
        `  1. Restart the servers with the old key, and the new one in ${furtherKeysVariable}.\n` +
        `  2. Run this with the new key, and the old one in ${furtherKeysVariable}.\n` +
        '  3. Restart the servers the same way, and run this once more, for what was sealed meanwhile.\n' +
        '  4. Restart the servers with the new key alone.',
    )
    .action((options) =>
      withDatabase(options, async ({ stores: { sealing, auditTrail } }) => {
        const total = await sealing.left()
        if (total > 0) await auditTrail.noteSecrets('rekeyed')
        let done = 0
        await terminal.busy(`Sealing ${total} values under the new key`, async () => {
          for (;;) {
            const some = await sealing.reseal(batch)
            if (some === 0) break
            done += some
          }
        })
        const left = await sealing.left()
        const tick = terminal.style.green('✓')
        const text =
          total === 0
            ? `${tick} Everything is under this key already.`
            : `${tick} Sealed ${done} values under the new key. Under another: ${left}.`
        terminal.answer({ resealed: done, left }, text)
      }),
    )
}
