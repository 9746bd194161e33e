import type { Outcome } from '@sallyport/server'
import { refusedInput, WrongUsage } from './failure.ts'
import type { Terminal } from './terminal.ts'

/**
 * What an act came to; its warnings are shown.
 * @param whenRefused what was not done, for the failure
 * @param names what the act's fields are called on the command line, where that is not the field's name as an option
 * @throws {Failure} with every problem, when it was refused
 */
export function accepted<Value>(
  terminal: Pick<Terminal, 'note' | 'style'>,
  outcome: Outcome<Value>,
  whenRefused: string,
  names?: Readonly<Record<string, string>>,
): Value {
  if (!outcome.ok) throw refusedInput(whenRefused, outcome.problems, names)
  for (const { message } of outcome.warnings) terminal.note(`${terminal.style.yellow('!')} ${message}`)
  return outcome.value
}

/** Asks before something is destroyed. @throws {WrongUsage} when the answer is no, or nobody is there to be asked */
export async function confirmed(
  terminal: Pick<Terminal, 'isInteractive' | 'confirm'>,
  isConfirmed: boolean | undefined,
  whatWillHappen: string,
): Promise<void> {
  if (isConfirmed === true) return
  if (!terminal.isInteractive) throw new WrongUsage(whatWillHappen, { next: 'Add --yes to do it.' })
  if (!(await terminal.confirm(`${whatWillHappen} Go on?`))) throw new WrongUsage('Nothing was done.')
}
