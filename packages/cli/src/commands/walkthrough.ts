import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { walkthroughJwt } from './walkthrough/jwt.ts'
import { walkthroughPostman } from './walkthrough/postman.ts'
import { walkthroughWeb } from './walkthrough/web.ts'

/** `sallyport walkthrough …` */
export function walkthrough(terminal: Terminal): CommandUnknownOpts {
  return new Command('walkthrough')
    .summary('see a flow happen, request by request')
    .description(
      'Goes through a flow step by step: what is sent, what is answered, and what the server checked. With a `sallyport dev` ' +
        'in this folder everything is known; any other org takes the options that say who you are.',
    )
    .addCommand(walkthroughWeb(terminal))
    .addCommand(walkthroughJwt(terminal))
    .addCommand(walkthroughPostman(terminal))
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport walkthrough web\n  sallyport walkthrough jwt --no-pause\n  sallyport walkthrough postman --out postman',
    )
}
