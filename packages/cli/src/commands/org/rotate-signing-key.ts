import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { replaceSigningKey, retireSigningKey, rotateSigningKey } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { shownKeys } from './signing-keys.ts'

/** `sallyport org rotate-signing-key`: another key for tokens, and the end of the ones before. */
export function orgRotateSigningKey(terminal: Terminal): CommandUnknownOpts {
  return new Command('rotate-signing-key')
    .summary('sign ID tokens and JWT access tokens with another key')
    .description(
      'Has the next key sign, for all orgs of the server, as soon as it has been published under /id/keys for ten minutes: by ' +
        'then every client knows it. The keys before stay published, so that what they signed can still be verified: until ' +
        '--retire, or a day where `sallyport serve` rotates on schedule (--signing-key-days).',
    )
    .addOption(
      new Option(
        '--at-once',
        'with a fresh key, within a second: for when the one that signs fell into wrong hands',
      ).conflicts('retire'),
    )
    .option('--retire <kid>', 'publish this key no more, instead')
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport org rotate-signing-key\n  sallyport org rotate-signing-key --at-once\n' +
        '  sallyport org rotate-signing-key --retire 228',
    )
    .action((options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const tick = terminal.style.green('✓')
        const needs = { ...stores, seal, now }
        if (options.retire !== undefined) {
          const outcome = await retireSigningKey(needs, options.retire)
          accepted(terminal, outcome, 'The key was not retired.', { kid: '--retire' })
          const keys = await shownKeys(needs)
          terminal.answer({ keys }, `${tick} The key ${options.retire} is published no more.`)
          return
        }
        const next = options.atOnce ? await replaceSigningKey(needs) : await rotateSigningKey(needs)
        const keys = await shownKeys(needs)
        const others = keys.filter(({ kid }) => kid !== next.kid).map(({ kid }) => kid)
        const text =
          `The key ${next.kid} is published, and signs from ${next.signsFrom.toISOString()} on. ` +
          `Still published: ${others.join(', ') || 'none besides'}.`
        terminal.answer({ next: next.kid, signsFrom: next.signsFrom.toISOString(), keys }, `${tick} ${text}`)
      }),
    )
}
