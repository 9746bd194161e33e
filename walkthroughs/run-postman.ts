import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import newman, { type NewmanRunSummary } from 'newman'
import type { RunningDev } from '../test/dev.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('../packages/cli/bin/sallyport.js', import.meta.url))

interface Written {
  readonly collection: string
  readonly environment: string
}

/**
 * Writes the collection for a running server, as people do, and runs all of it with newman: sign-in, consent and all.
 * @param reporters `cli` prints each request; none is silent
 */
export async function runPostman({ folder }: RunningDev, reporters: readonly string[] = []): Promise<NewmanRunSummary> {
  const sallyport = async (...words: readonly string[]) =>
    JSON.parse((await run(process.execPath, [program, ...words, '--json'], { cwd: folder })).stdout)
  const written: Written = await sallyport('walkthrough', 'postman', '--out', 'postman')
  const read = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'))
  const [collection, environment] = await Promise.all([read(written.collection), read(written.environment)])
  // Which app others register under is the admin's choice, so the file has none of it.
  const parent = environment.values.find(({ key }: { readonly key: string }) => key === 'webConsumerKey')?.value
  const { initialAccessToken } = await sallyport('app', 'initial-access-token', parent)
  const envVar = [{ key: 'initialAccessToken', value: initialAccessToken }]
  return new Promise((resolve, reject) => {
    newman.run({ collection, environment, envVar, reporters: [...reporters] }, (error, summary) => {
      if (error === null) resolve(summary)
      else reject(error)
    })
  })
}
