import { type ChildProcess, spawn } from 'node:child_process'
import { type Finished, program, type Surroundings } from './program.ts'

/** A `sallyport login …` that waits for a person, and has printed where they are to go. */
export interface BegunLogin {
  readonly child: ChildProcess
  readonly address: string
  ended(): Promise<Omit<Finished, 'json'>>
}

const authorizeUrl = /https?:\/\/[^\s"]+authorize[^\s"]+(?=[\s"])/

/**
 * Begins one.
 * @param shown what the address looks like that it prints
 * @throws {Error} with what it said when it ends instead
 */
export async function begunLogin(
  words: readonly string[],
  { env, ...place }: Pick<Surroundings, 'cwd' | 'env'>,
  shown: RegExp = authorizeUrl,
): Promise<BegunLogin> {
  const child = spawn(process.execPath, [program, 'login', ...words], {
    ...place,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
      const [found] = shown.exec(stderr) ?? []
      if (found !== undefined) resolve(found)
    })
    exit.then(() => reject(new Error(stderr)))
  })
  return { child, address, ended: async () => ({ status: await exit, stdout, stderr }) }
}
