import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Terminal } from '../terminal.ts'
import { sessionEnd } from './session/end.ts'
import { sessionList } from './session/list.ts'

/** `sallyport session …` */
export function session(terminal: Terminal): CommandUnknownOpts {
  return new Command('session')
    .summary('see and end sessions')
    .description('See and end the sessions of an org: of people in browsers, and of apps by their access tokens.')
    .addCommand(sessionList(terminal))
    .addCommand(sessionEnd(terminal))
}
