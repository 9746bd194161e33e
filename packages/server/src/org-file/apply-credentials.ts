import { isDeepStrictEqual } from 'node:util'
import { putExternalCredential, putNamedCredential } from '../named-credentials/change-credential.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome } from '../problem.ts'
import { type Applied, type ApplyNeeds, was } from './applied.ts'
import type { ExternalCredentialEntry, NamedCredentialEntry } from './org-file.ts'

/** Makes an external credential, or changes what differs of it. What the file leaves out stays as it is. */
export async function applyExternalCredential(
  needs: ApplyNeeds,
  org: Org,
  { fullName: name, ...entered }: ExternalCredentialEntry,
): Promise<Outcome<Applied>> {
  const held = (await needs.externalCredentials.list(org.id)).find((one) => one.name === name)
  const settings = { ...held?.settings, ...entered }
  if (held !== undefined && isDeepStrictEqual(held.settings, settings)) return done('unchanged')
  return was(held === undefined ? 'created' : 'changed', await putExternalCredential(needs, org, { name, settings }))
}

/** The same of a named credential. Its secrets are nobody's here. */
export async function applyNamedCredential(
  needs: ApplyNeeds,
  org: Org,
  { fullName: name, password: _, ...entered }: NamedCredentialEntry,
): Promise<Outcome<Applied>> {
  const held = (await needs.namedCredentials.list(org.id)).find((one) => one.name === name)
  const settings = { ...held?.settings, ...entered }
  if (held !== undefined && isDeepStrictEqual(held.settings, settings)) return done('unchanged')
  return was(held === undefined ? 'created' : 'changed', await putNamedCredential(needs, org, { name, settings }))
}
