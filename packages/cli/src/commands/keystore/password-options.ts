import { Option } from '@commander-js/extra-typings'
import type { SecretSource } from '../../secret-source.ts'

/** `--password-…`: where the password of what is read comes from. */
export const passwordEnvOption = new Option('--password-env <variable>', 'take the password from this variable')
export const passwordFileOption = new Option('--password-file <file>', 'take the password from this file')
export const passwordStdinOption = new Option('--password-stdin', 'take the password from standard input')

/** `--out-password-…`: the password of what is written, when it is to be another. */
export const outPasswordEnvOption = new Option(
  '--out-password-env <variable>',
  'lock what is written with another password, from this variable',
)
export const outPasswordFileOption = new Option('--out-password-file <file>', 'the same, from this file')
export const outPasswordStdinOption = new Option('--out-password-stdin', 'the same, from standard input')

/** `--key-password-…`: for keys that have a password of their own. */
export const keyPasswordEnvOption = new Option(
  '--key-password-env <variable>',
  'the password of a key that has one of its own, from this variable',
)
export const keyPasswordFileOption = new Option('--key-password-file <file>', 'the same, from this file')
export const keyPasswordStdinOption = new Option('--key-password-stdin', 'the same, from standard input')

/** `--force`: for commands that write a file. */
export const forceOption = new Option('--force', 'overwrite what is there already')

/** What the password options came to. */
export interface PasswordOptions {
  readonly passwordEnv?: string | undefined
  readonly passwordFile?: string | undefined
  readonly passwordStdin?: boolean | undefined
}

/** What the options for another password came to. */
export interface OutPasswordOptions {
  readonly outPasswordEnv?: string | undefined
  readonly outPasswordFile?: string | undefined
  readonly outPasswordStdin?: boolean | undefined
}

/** What the options for the password of a key came to. */
export interface KeyPasswordOptions {
  readonly keyPasswordEnv?: string | undefined
  readonly keyPasswordFile?: string | undefined
  readonly keyPasswordStdin?: boolean | undefined
}

/** Where the password comes from. */
export function passwordSource(options: PasswordOptions): SecretSource {
  return { variable: options.passwordEnv, file: options.passwordFile, isStandardInput: options.passwordStdin }
}

/** Where the password of what is written comes from. */
export function outPasswordSource(options: OutPasswordOptions): SecretSource {
  return { variable: options.outPasswordEnv, file: options.outPasswordFile, isStandardInput: options.outPasswordStdin }
}

/** Where the password of a key comes from. */
export function keyPasswordSource(options: KeyPasswordOptions): SecretSource {
  return { variable: options.keyPasswordEnv, file: options.keyPasswordFile, isStandardInput: options.keyPasswordStdin }
}

/** The options that open the same store once more, as words of a command to type. */
export function passwordWords({ passwordEnv, passwordFile }: PasswordOptions): readonly string[] {
  if (passwordEnv !== undefined) return ['--password-env', passwordEnv]
  return passwordFile === undefined ? [] : ['--password-file', passwordFile]
}
