import { z } from 'zod'
import { openPrivateKey } from '../../../certificates/new-certificate.ts'
import { trialAssertion } from '../../../oauth/trial-assertion.ts'
import type { SetupNeeds } from '../setup.ts'
import type { SetupVisit } from '../setup-visit.ts'
import { jwtBearerGrant, type WithUser } from './guide.tsx'

const tokenAnswer = z.object({
  access_token: z.string().optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
})

/** What the server answered to the test. */
export interface Trial {
  readonly requestId: string
  readonly status: number
  /** The wire's `error` and its description; nothing when it gave a token. */
  readonly answer: string
}

type Needs = Pick<SetupNeeds, 'ask' | 'addresses' | 'seal' | 'now'>

/** The address that the server is to be asked at: the org's own, or the login host. It is also the audience. */
export function addressOf({ addresses }: Pick<SetupNeeds, 'addresses'>, { org, site }: SetupVisit): string {
  return addresses.baseOf(org, site)
}

/** An assertion signed with the key that is held here; `undefined` when it is held elsewhere. */
export function heldAssertion(
  needs: Needs,
  visit: SetupVisit,
  { certificate, app, user }: WithUser,
): string | undefined {
  const key = openPrivateKey(needs.seal, certificate)
  const claims = { consumerKey: app.consumerKey, username: user.username, audience: addressOf(needs, visit) }
  return key && trialAssertion(key, claims, needs.now())
}

/** Asks this server for a token, as a program elsewhere would, and ends the token at once: nobody is going to use it. */
export async function tryAssertion(needs: Needs, visit: SetupVisit, assertion: string): Promise<Trial> {
  const base = addressOf(needs, visit)
  const post = (path: string, form: Record<string, string>) =>
    needs.ask(
      new Request(`${base}${path}`, {
        method: 'POST',
        headers: { host: new URL(base).host, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      }),
    )
  const answer = await post('/services/oauth2/token', { grant_type: jwtBearerGrant, assertion })
  const requestId = answer.headers.get('x-request-id') ?? ''
  const { access_token: token, error, error_description: description } = tokenAnswer.parse(await answer.json())
  if (token !== undefined) await post('/services/oauth2/revoke', { token })
  const words = [error, description].filter((word) => word !== undefined).join(': ')
  return { requestId, status: answer.status, answer: words }
}
