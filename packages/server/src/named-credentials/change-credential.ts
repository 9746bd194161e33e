import { apiNameProblem } from '../api-name.ts'
import type { CertificateStore } from '../certificates/certificate.ts'
import type { Clock } from '../clock.ts'
import type { Org } from '../orgs/org.ts'
import { done, type Outcome, type Problem, refused } from '../problem.ts'
import type { RecordKind } from '../record-id.ts'
import { externalCredentialProblems, namedCredentialProblems } from './check-credential.ts'
import {
  type CredentialStore,
  type ExternalCredential,
  type ExternalCredentialStore,
  externalCredentialOf,
  type Kept,
  type NamedCredential,
  type NamedCredentialStore,
} from './credential.ts'

/** What checking credentials looks names up in. */
export interface CredentialLookups {
  readonly certificates: Pick<CertificateStore, 'list'>
  readonly namedCredentials: Pick<NamedCredentialStore, 'list'>
  readonly externalCredentials: Pick<ExternalCredentialStore, 'list'>
}

interface Needs extends CredentialLookups {
  readonly namedCredentials: Pick<NamedCredentialStore, 'list' | 'add' | 'update'>
  readonly externalCredentials: Pick<ExternalCredentialStore, 'list' | 'add' | 'update'>
  readonly newId: (kind: RecordKind) => string
  readonly now: Clock
}

/** Makes a named credential, or puts other settings in the place of those of the one with that name. */
export async function putNamedCredential(
  needs: Needs,
  org: Pick<Org, 'id'>,
  entered: Pick<NamedCredential, 'name' | 'settings'>,
): Promise<Outcome<NamedCredential>> {
  const [certificates, external] = await Promise.all([
    needs.certificates.list(org.id),
    needs.externalCredentials.list(org.id),
  ])
  const known = {
    certificates: new Set(certificates.map(({ name }) => name)),
    externalCredentials: new Set(external.map(({ name }) => name)),
  }
  const problems = namedCredentialProblems(entered.settings, known)
  return put(needs, needs.namedCredentials, 'namedCredential', org, entered, problems)
}

/** Makes an external credential, or puts other settings in the place of those of the one with that name. */
export async function putExternalCredential(
  needs: Needs,
  org: Pick<Org, 'id'>,
  entered: Pick<ExternalCredential, 'name' | 'settings'>,
): Promise<Outcome<ExternalCredential>> {
  const certificates = new Set((await needs.certificates.list(org.id)).map(({ name }) => name))
  const problems = externalCredentialProblems(entered.settings, { certificates })
  return put(needs, needs.externalCredentials, 'externalCredential', org, entered, problems)
}

async function put<Settings>(
  { newId, now }: Pick<Needs, 'newId' | 'now'>,
  store: Pick<CredentialStore<Kept<Settings>>, 'list' | 'add' | 'update'>,
  kind: 'namedCredential' | 'externalCredential',
  org: Pick<Org, 'id'>,
  { name, settings }: { readonly name: string; readonly settings: Settings },
  found: readonly Problem[],
): Promise<Outcome<Kept<Settings>>> {
  const misnamed = apiNameProblem(name)
  const problems = [...(misnamed === undefined ? [] : [{ field: 'fullName', message: misnamed }]), ...found]
  if (problems.length > 0) return refused(...problems)
  const held = (await store.list(org.id)).find((one) => one.name === name)
  const at = now()
  const kept = held ?? { id: newId(kind), orgId: org.id, name, createdAt: at }
  const changed = { ...kept, settings, modifiedAt: at }
  await (held === undefined ? store.add(changed) : store.update(changed))
  return done(changed)
}

/** Deletes an external credential, unless a named credential signs in by it. */
export async function deleteExternalCredential(
  {
    namedCredentials,
    externalCredentials,
  }: {
    readonly namedCredentials: Pick<NamedCredentialStore, 'list'>
    readonly externalCredentials: Pick<ExternalCredentialStore, 'delete'>
  },
  credential: ExternalCredential,
): Promise<Outcome<void>> {
  const users = (await namedCredentials.list(credential.orgId)).filter(
    ({ settings }) => externalCredentialOf(settings) === credential.name,
  )
  if (users.length > 0) {
    const names = users.map(({ name }) => `“${name}”`).join(', ')
    const message = `These named credentials sign in by it: ${names}. Change or delete them first.`
    return refused({ field: 'fullName', message })
  }
  return done(await externalCredentials.delete(credential))
}
