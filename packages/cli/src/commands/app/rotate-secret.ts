import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { finishRotation, rotateSecret } from '@sallyport/server'
import { accepted } from '../../accepted.ts'
import { withDatabase } from '../../database.ts'
import { Failure } from '../../failure.ts'
import { checkOwnApp, findApp } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

/** `sallyport app rotate-secret`: a new consumer secret, and later the end of the one before. */
export function appRotateSecret(terminal: Terminal): CommandUnknownOpts {
  return new Command('rotate-secret')
    .summary('give a connected app a new secret')
    .description(
      'Gives a connected app a new consumer secret. The one before stays valid until --finish, so that every caller can ' +
        'be given the new one in between.',
    )
    .argument('<app>', 'by API name or consumer key')
    .option('--finish', 'end the secret before')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport app rotate-secret Shop\n  sallyport app rotate-secret Shop --finish',
    )
    .action((name, options) =>
      withDatabase(options, async ({ stores, seal, now }) => {
        const found = await findApp(stores, name, options.org)
        await checkOwnApp(stores, found, 'its secret be rotated')
        const { app } = found
        const { consumerKey, fullName } = app
        const tick = terminal.style.green('✓')
        if (options.finish === true) {
          if ((await finishRotation({ ...stores, now }, app)) === undefined) {
            throw new Failure(`No rotation of the secret of ${fullName} is under way.`, {
              next: `Begin one: sallyport app rotate-secret ${fullName}`,
            })
          }
          terminal.answer(
            { consumerKey, fullName, isRotationUnderWay: false },
            `${tick} Only the new secret is valid now.`,
          )
          return
        }
        const rotated = await rotateSecret({ ...stores, seal, now }, app)
        const { consumerSecret } = accepted(terminal, rotated, 'The secret was not rotated.', {
          consumerSecret: 'The consumer secret',
        })
        terminal.answer(
          { consumerKey, fullName, consumerSecret, isRotationUnderWay: true },
          `${tick} ${fullName} has a new secret; the one before stays valid for now.\n  Consumer secret  ${consumerSecret}\n` +
            `  Once every caller has it: sallyport app rotate-secret ${fullName} --finish`,
        )
      }),
    )
}
