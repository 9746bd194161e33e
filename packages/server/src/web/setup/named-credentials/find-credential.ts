import type { ExternalCredential, NamedCredential } from '../../../named-credentials/credential.ts'
import { fieldOfParameter } from '../../../named-credentials/entered-credential.ts'
import type { Outcome } from '../../../problem.ts'
import type { SetupVisit } from '../setup-visit.ts'

/** *Named Credentials*, where both kinds stand. */
export const namedCredentialsPath = '/setup/named-credentials'
const externalCredentialsPath = `${namedCredentialsPath}/external`

/** Where a named credential is shown. */
export function namedCredentialPath({ id }: Pick<NamedCredential, 'id'>): string {
  return `${namedCredentialsPath}/${id}`
}

/** Where an external credential is shown. */
export function externalCredentialPath({ id }: Pick<ExternalCredential, 'id'>): string {
  return `${externalCredentialsPath}/${id}`
}

/** The named credential of the address, if it is one of this org. */
export async function findNamedCredential({ stores, org, params }: SetupVisit): Promise<NamedCredential | undefined> {
  return (await stores.namedCredentials.list(org.id)).find(({ id }) => id === params['namedCredential'])
}

/** The external credential of the address, if it is one of this org. */
export async function findExternalCredential(visit: SetupVisit): Promise<ExternalCredential | undefined> {
  const { stores, org, params } = visit
  return (await stores.externalCredentials.list(org.id)).find(({ id }) => id === params['externalCredential'])
}

/** Problems of parameters, told in the fields of a form that they were entered in. */
export function inFields<Value>(
  outcome: Outcome<Value>,
  parameters: readonly { readonly parameterType: string }[] | undefined,
): Outcome<Value> {
  if (outcome.ok) return outcome
  return {
    ok: false,
    problems: outcome.problems.map(({ field, message, item = -1 }) => ({
      field: fieldOfParameter(parameters?.[item]?.parameterType ?? '') ?? (field === 'fullName' ? 'name' : field),
      message,
    })),
  }
}
