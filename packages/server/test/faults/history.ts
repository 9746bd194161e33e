import { callbackUrl } from '../flows/test-server.ts'
import { type Answering, deeds, type Ledger, type Org } from './load.ts'

/** What a server that comes after the kill does not know as it was answered, in words: what was answered was not to be lost. */
export async function lost(server: Answering, ledger: Ledger, org: Org): Promise<readonly string[]> {
  const { authorize, exchange, refresh } = deeds(server, ledger, org)
  const { secretOf } = org
  const complaints: string[] = []
  const { single, orphans, chains, ended, endedChains, freshCodes, allowed, unanswered } = ledger
  const mustLive = [...single, ...orphans, ...[...chains].flatMap(({ accessTokens }) => accessTokens)]
  await each(mustLive, (text) => userinfoIs(200, text, 'an access token that was answered is dead'))
  await each(ended, (text) => userinfoIs(403, text, 'an access token that was revoked lives'))
  await each(endedChains, async ({ consumerKey, refreshToken }) => {
    const { status } = await refreshWith(server, consumerKey, secretOf(consumerKey), refreshToken)
    if (status !== 400) complaints.push(`a refresh token that was revoked is answered ${status}`)
  })
  await each(allowed, (meeting) => mustSucceed('an approval or a session is forgotten', () => authorize(meeting)))
  await each(freshCodes, (code) => mustSucceed('a code that was answered is good for nothing', () => exchange(code)))
  await each(chains, (chain) => mustSucceed('a refresh token that was answered is dead', () => refresh(chain)))

  // What nobody answered may have happened. Then it must not happen again; and it must not have happened by half.
  await each(unanswered.codes, async ({ consumerKey, code }) => {
    const statuses = [
      await exchangeOf(server, consumerKey, secretOf(consumerKey), code),
      await exchangeOf(server, consumerKey, secretOf(consumerKey), code),
    ]
    if (!['200 400', '400 400'].includes(statuses.join(' '))) complaints.push(`a code is answered ${statuses}`)
  })
  await each(unanswered.chains, async ({ consumerKey, refreshToken }) => {
    const { status } = await refreshWith(server, consumerKey, secretOf(consumerKey), refreshToken)
    if (status !== 200 && status !== 400) complaints.push(`a refresh token is answered ${status}`)
  })
  return complaints

  async function userinfoIs(expected: number, token: string, complaint: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` }
    const { status } = await server.request('/services/oauth2/userinfo', { headers })
    if (status !== expected) complaints.push(`${complaint}: ${status}`)
  }

  async function mustSucceed(complaint: string, deed: () => Promise<void>): Promise<void> {
    try {
      await deed()
    } catch (error) {
      complaints.push(`${complaint}: ${error}`)
    }
  }
}

/** Codes and replaced refresh tokens that are good a second time, in words. Trying ends what they had bought. */
export async function doneTwice(
  server: Answering,
  { usedCodes, chains }: Ledger,
  { secretOf }: Org,
): Promise<readonly string[]> {
  const complaints: string[] = []
  await each(chains, async ({ consumerKey, refreshToken, replaced }) => {
    for (const text of [...replaced.slice(0, 3), refreshToken]) {
      if (text === refreshToken && replaced.length === 0) continue
      const { status } = await refreshWith(server, consumerKey, secretOf(consumerKey), text)
      if (status !== 400) complaints.push(`a refresh token that was replaced is answered ${status}`)
    }
  })
  await each(usedCodes, async ({ consumerKey, code }) => {
    const status = await exchangeOf(server, consumerKey, secretOf(consumerKey), code)
    if (status !== 400) complaints.push(`a code that was exchanged is answered ${status}`)
  })
  return complaints
}

async function each<T>(things: Iterable<T>, act: (thing: T) => Promise<void>): Promise<void> {
  await Promise.all([...things].map(act))
}

function refreshWith(server: Answering, consumerKey: string, secret: string, refreshToken: string) {
  const credentials = { client_id: consumerKey, client_secret: secret }
  return server.post('/services/oauth2/token', {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    ...credentials,
  })
}

async function exchangeOf(server: Answering, consumerKey: string, secret: string, code: string): Promise<number> {
  const credentials = { client_id: consumerKey, client_secret: secret }
  const form = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl, ...credentials }
  return (await server.post('/services/oauth2/token', form)).status
}
