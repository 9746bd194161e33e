import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { applyOrgFile } from '../../server/src/org-file/apply.ts'
import { readOrgFile } from '../../server/src/org-file/read.ts'
import { orgEntryOf } from '../../server/src/org-file/write.ts'
import { openActs } from '../../server/test/open-acts.ts'
import { readOrgFileCredentials } from '../src/metadata/org-file.ts'

it('what an org exports of the credentials of an org file can be called by', async () => {
  const page = readFileSync(new URL('../../../docs/named-credentials.md', import.meta.url), 'utf8')
  const [, shown = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? []
  const text = shown.replace('  - name: Target\n', '  - name: Target\n    certificates: [{ name: OrgA_JWT }]\n')
  await using acts = await openActs()
  const file = await readOrgFile(text, 'org.yaml', () => Promise.reject(new Error('There are no files.')))
  expect(await applyOrgFile(acts, file, { allowsPasswords: false })).toMatchObject({ ok: true })
  const org = await acts.orgs.findByName('Target')
  if (org === undefined) throw new Error('The org is gone.')
  expect(readOrgFileCredentials(await orgEntryOf(acts, org), 'export.yaml', 'orgs[0]')).toMatchObject({
    namedCredentials: [{ name: 'OrgB', url: new URL('https://orgb.my.salesforce.com') }],
    externalCredentials: [{ name: 'OrgB_JWT', principals: [{ name: 'Integration', type: 'NamedPrincipal' }] }],
  })
})
