import type { Problem } from '@sallyport/server'

/** A command that was refused, or could not do what it was asked: exit code 1. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  /** What to do now, in a sentence or a command to type. */
  readonly next: string | undefined
  /** Each thing that is wrong, where there may be several. */
  readonly problems: readonly string[]

  constructor(
    message: string,
    more: { readonly next?: string; readonly problems?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.next = more.next
    this.problems = more.problems ?? []
  }
}

/** A command that was written wrongly: exit code 2. */
export class WrongUsage extends Failure {
  override readonly name = 'WrongUsage'
}

/**
 * The failure for what an act found wrong with its input, each problem under the name of the option it came from.
 * @param message what was not done
 * @param names what the fields of the input are called here, where that is not the field's name as an option
 */
export function refusedInput(
  message: string,
  problems: readonly Problem[],
  names: Readonly<Record<string, string>> = {},
): Failure {
  return new Failure(message, {
    problems: problems.map(({ field, message }) => `${names[field] ?? optionName(field)}: ${message}`),
  })
}

/** `lastName` is entered as `--last-name`, `settings.sessionTimeout` as `--session-timeout`. */
function optionName(field: string): string {
  const name = field.slice(field.lastIndexOf('.') + 1)
  return `--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`
}
