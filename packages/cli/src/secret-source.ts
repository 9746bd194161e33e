import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Failure, WrongUsage } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Where a secret comes from that must not stand on the command line, which other users of the machine can read. */
export interface SecretSource {
  /** The name of an environment variable. */
  readonly variable: string | undefined
  /** A file; a line end at its end is not part of the secret. */
  readonly file: string | undefined
  readonly isStandardInput: boolean | undefined
}

/**
 * Reads a secret from where it was said to be; `undefined` when nothing was said.
 * @param option the beginning of the options' names, such as `--password`
 * @throws {WrongUsage} when two places are named, or there is nothing at the one that is
 */
export async function readSecret(
  { variable, file, isStandardInput }: SecretSource,
  option: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const named = [variable, file, isStandardInput].filter((place) => place !== undefined && place !== false)
  if (named.length > 1) throw new WrongUsage(`Give only one of ${option}-env, ${option}-file and ${option}-stdin.`)
  if (variable !== undefined) {
    return required(environment[variable], `The environment variable ${variable} is not set.`)
  }
  if (file !== undefined) return required(withoutLineEnd(readFile(file)), `There is nothing in ${file}.`)
  if (isStandardInput === true) {
    return required(withoutLineEnd(await text(process.stdin)), 'There was nothing on standard input.')
  }
  return undefined
}

/** The same, but who sits at a terminal is asked when nothing was said. */
export async function readOrAskSecret(
  terminal: Pick<Terminal, 'isInteractive' | 'askSecret'>,
  source: SecretSource,
  option: string,
  label: string,
): Promise<string | undefined> {
  const given = await readSecret(source, option, process.env)
  if (given !== undefined || !terminal.isInteractive) return given
  const entered = await terminal.askSecret(label)
  if (entered === undefined) throw new Failure('Nothing was done.')
  return entered
}

/** The text of a file. @throws {Failure} that names it when it cannot be read */
export function readFile(file: string): string {
  return readBytes(file).toString()
}

/** What is in a file. @throws {Failure} that names it when it cannot be read */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Failure(`The file ${file} cannot be read: ${cause instanceof Error ? cause.message : cause}.`, { cause })
  }
}

function required(secret: string | undefined, problem: string): string {
  if (secret === undefined || secret === '') throw new WrongUsage(problem)
  return secret
}

function withoutLineEnd(secret: string): string {
  return secret.replace(/\r?\n$/, '')
}
