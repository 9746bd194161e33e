import { z } from 'zod'
import { namedUserJwtMinutes } from '../connected-apps/app-policies.ts'

// Fields that entries of several kinds have.

/** A whole number within bounds. @param what what it counts, for who gives another */
export function whole(least: number, most: number, what: string) {
  const error = `Give ${what} from ${least} to ${most}.`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** A list, or a text that holds one. */
export const textOrList = z.union([z.string(), z.array(z.string())], { error: 'Give a text, or a list of texts.' })

/** How long a session lasts. */
export const minutesOfSession = whole(1, 1440, 'a whole number of minutes')

/** How long JWT-based access tokens last. */
export const minutesOfJwt = z.int().refine((minutes) => namedUserJwtMinutes.includes(minutes), {
  error: `Give a number of minutes that Salesforce offers: ${namedUserJwtMinutes.join(', ')}.`,
})

/** A range of addresses, both ends in it. */
export const ipRange = z.strictObject({
  start: z.string(),
  end: z.string(),
  description: z.string().exactOptional(),
})
