// Another process that shares a folder of tokens: asks for a token as often as it is told, and prints what it got.
import { membersOf } from '../src/encoding.ts'
import { tokenCache } from '../src/token-cache.ts'
import { tokenFileStore } from '../src/token-file-store.ts'

const [folder = '', url = '', times = '1'] = process.argv.slice(2)
const store = tokenFileStore({ folder, encryptionKey: new Uint8Array(32).fill(7) })
const source = tokenCache({ store }).source('shared', async (held) => {
  const body = new URLSearchParams({ refresh_token: held?.refreshToken ?? '' }).toString()
  const answer = await fetch(url, { method: 'POST', body, headers: { 'x-process': String(process.pid) } })
  const members = membersOf(await answer.json())
  const text = (name: string) => String(members?.get(name))
  return {
    accessToken: text('token'),
    tokenType: 'Bearer',
    instanceUrl: undefined,
    id: undefined,
    scope: [],
    refreshToken: text('refreshToken'),
    idToken: undefined,
    signature: undefined,
    issuedAtText: undefined,
    issuedAt: new Date(),
    expiresAt: undefined,
  }
})

const got: string[] = []
let last = await source.token()
got.push(last.accessToken)
for (let time = 1; time < Number(times); time += 1) {
  last = await source.token({ insteadOf: last })
  got.push(last.accessToken)
}
process.stdout.write(JSON.stringify(got))
