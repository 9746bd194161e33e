import { existsSync } from 'node:fs'
import {
  type DataFolder,
  encryptionKeyVariable,
  howToMakeKey,
  keyFile,
  namesEncryptionKey,
  readEncryptionKey,
} from '../../data-folder.ts'
import { WrongUsage } from '../../failure.ts'
import type { MetricsPlace } from '../../serving.ts'
import type { ReadOptions } from './server-command.ts'

/** The environment variable whose token opens `/metrics` of the login host. */
export const metricsTokenVariable = 'SALLYPORT_METRICS_TOKEN'

/** Where metrics are to be read, if anywhere. @throws {WrongUsage} */
export function metricsPlace(options: ReadOptions, environment: NodeJS.ProcessEnv): MetricsPlace | undefined {
  const given = environment[metricsTokenVariable] ?? ''
  const token = given === '' ? undefined : given
  if (options.metricsPort === undefined && token === undefined) return undefined
  if (token !== undefined && token.length < 16) {
    throw new WrongUsage(`${metricsTokenVariable} is too short: use 16 characters or more.`, {
      next: `A good one is made by: ${howToMakeKey}`,
    })
  }
  if (token !== undefined && options.workers > 1) {
    throw new WrongUsage('With several workers, metrics need a port of their own, which counts for all of them.', {
      next: `Give --metrics-port <number> and leave out ${metricsTokenVariable}.`,
    })
  }
  return { host: options.metricsHost, port: options.metricsPort, token }
}

/** What the server cannot do without. @throws {WrongUsage} that says which is missing, and how it is had */
export function needed(
  publicUrl: string | undefined,
  folder: DataFolder,
  environment: NodeJS.ProcessEnv,
): { readonly mainUrl: string; readonly key: Buffer } {
  const hasKey = namesEncryptionKey(environment)
  if (publicUrl !== undefined && hasKey) return { mainUrl: publicUrl, key: readEncryptionKey(folder, environment) }
  const problems: string[] = []
  if (publicUrl === undefined) {
    problems.push('The public URL is missing: give --public-url https://… or set SALLYPORT_PUBLIC_URL.')
  }
  if (!hasKey) {
    const kept = keyFile(folder)
    const how = existsSync(kept)
      ? `The database was made with the one in ${kept}: export ${encryptionKeyVariable}="$(cat ${kept})"`
      : `Make one, and keep it: export ${encryptionKeyVariable}="$(${howToMakeKey})"`
    problems.push(`The encryption key is missing: the environment variable ${encryptionKeyVariable} is not set. ${how}`)
  }
  throw new WrongUsage('The server cannot start.', { problems })
}
