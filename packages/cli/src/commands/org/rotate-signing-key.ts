import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { retireSigningKey, rotateSigningKey } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport org rotate-signing-key`: a new key for ID tokens, and later the end of the ones before. */
export function orgRotateSigningKey(terminal: Terminal): CommandUnknownOpts {
  return new Command('rotate-signing-key')
    .summary('sign ID tokens with a new key')
    .description(
      'Makes a new key that ID tokens are signed with, for all orgs of the server. The keys before stay published under ' +
        '/id/keys until --retire, so that what they signed can still be verified.',
    )
    .option('--retire <kid>', 'publish this key no more, instead')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport org rotate-signing-key\n  sallyport org rotate-signing-key --retire 228',
    )
    .action((options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const tick = terminal.style.green('✓')
        if (options.retire !== undefined) {
          const outcome = await retireSigningKey(stores, options.retire)
          accepted(terminal, outcome, 'The key was not retired.', { kid: '--retire' })
        }
        const rotated = options.retire === undefined ? await rotateSigningKey({ ...stores, seal, now }) : undefined
        const [signing, ...others] = (await stores.signingKeys.list()).map(({ kid }) => kid)
        const text =
          rotated === undefined
            ? `The key ${options.retire} is published no more.`
            : `The key ${rotated.kid} signs from now on. Still published: ${others.join(', ') || 'none besides'}.`
        terminal.answer({ signing, published: [signing, ...others] }, `${tick} ${text}`)
      }),
    )
}
