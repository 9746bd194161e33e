import { z } from 'zod'
import { Failure } from '../../failure.ts'
import type { StepAnswer, Telling } from './steps.ts'

const granted = z.object({
  access_token: z.string(),
  instance_url: z.string(),
  refresh_token: z.string().optional(),
})

/** What a token endpoint gave. */
export type Granted = z.infer<typeof granted>

/** Reads what a token endpoint gave. @throws {Failure} when that is no token */
export function readGranted(body: unknown): Granted {
  const read = granted.safeParse(body)
  if (read.success) return read.data
  throw new Failure('The answer has no access_token and instance_url.')
}

const versions = z.array(z.object({ version: z.string() })).min(1)

/** Shows what a token opens: the newest version of the API, and the list views of accounts. */
export async function useToken(telling: Telling, body: unknown): Promise<void> {
  const { access_token, instance_url } = readGranted(body)
  const headers = { authorization: `Bearer ${access_token}` }
  telling.step('What the access token opens', 'The API is asked at instance_url, with the token in a header.')
  const known = versions.safeParse((await telling.send({ method: 'GET', url: `${instance_url}/services/data/` })).body)
  const newest = known.data?.at(-1)?.version ?? '62.0'
  const path = `/services/data/v${newest}/sobjects/Account/listviews`
  const answer = await telling.send({ method: 'GET', url: `${instance_url}${path}`, headers })
  if (answer.status !== 200) throw new Failure('The token opens nothing.', endOf(answer))
  await telling.pause()
}

/** What to do when a step was refused. */
export function endOf({ requestId }: StepAnswer): { readonly next: string } {
  return {
    next:
      requestId === undefined
        ? 'Save what was answered, and ask: sallyport diagnose <file>'
        : `The whole story, where the server is a Sallyport of yours: sallyport diagnose ${requestId}`,
  }
}
