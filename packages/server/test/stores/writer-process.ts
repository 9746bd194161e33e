// Issues access tokens, many at once, and prints the number and the secret of each as soon as it is answered.
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { sealWith } from '../../src/seal.ts'
import { openStores } from '../../src/stores/open.ts'
import { addDemoOrg, anIssuance, issued, noon } from './demo-org.ts'

const [, , file = ''] = process.argv

const stores = await openStores({
  file,
  seal: sealWith(Buffer.alloc(32, 7)),
  now: () => noon,
  onError(error) {
    throw error
  },
})
const { ada, warehouse } = await addDemoOrg(stores)

await Promise.all(
  Array.from({ length: 32 }, async () => {
    for (;;) {
      const secret = randomUUID()
      const issuance = await anIssuance(stores, ada, warehouse, { access: secret })
      const { accessTokenId } = issued(await stores.issue.forAssertion(issuance, undefined))
      writeSync(1, `${accessTokenId} ${secret}\n`)
    }
  }),
)
