import { Option } from '@commander-js/extra-typings'
import { WrongUsage } from '../../failure.ts'
import { readOrAskSecret } from '../../secret-source.ts'
import type { Terminal } from '../../terminal.ts'

/** `--password-…`: the password of the user. */
export const userPasswordEnvOption = new Option(
  '--password-env <variable>',
  "the user's password, from this environment variable",
)
export const userPasswordFileOption = new Option('--password-file <file>', 'the same, from this file')
export const userPasswordStdinOption = new Option('--password-stdin', 'the same, from standard input')

interface Given {
  readonly passwordEnv?: string | undefined
  readonly passwordFile?: string | undefined
  readonly passwordStdin?: true | undefined
}

/** The password of a user, typed by whoever is there where it was not given. @throws {WrongUsage} when nobody is */
export async function userPassword(
  terminal: Terminal,
  { passwordEnv, passwordFile, passwordStdin }: Given,
): Promise<string> {
  const source = { variable: passwordEnv, file: passwordFile, isStandardInput: passwordStdin }
  const password = await readOrAskSecret(terminal, source, '--password', 'Password')
  if (password !== undefined) return password
  throw new WrongUsage('The password of the user is needed.', {
    next: 'Give it by --password-env <variable>, --password-file <file> or --password-stdin.',
  })
}
