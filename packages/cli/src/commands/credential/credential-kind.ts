import {
  deleteExternalCredential,
  didYouMean,
  type ExternalCredential,
  endpointOf,
  externalCredentialOf,
  isLegacy,
  type NamedCredential,
  type Org,
  type Outcome,
  ofType,
  type Stores,
} from '@sallyport/server'
import { Failure } from '../../failure.ts'

/** What tells the commands about named and about external credentials apart. */
export interface CredentialKind<Credential extends NamedCredential | ExternalCredential> {
  readonly noun: 'named credential' | 'external credential'
  readonly list: (stores: Stores, org: Org) => Promise<readonly Credential[]>
  readonly delete: (stores: Stores, credential: Credential) => Promise<Outcome<void>>
  /** What people read of one besides name and label, in a list, too. */
  readonly facts: (credential: Credential) => Readonly<Record<string, string>>
}

/** Named credentials. */
export const namedCredentials: CredentialKind<NamedCredential> = {
  noun: 'named credential',
  list: ({ namedCredentials: store }, org) => store.list(org.id),
  async delete({ namedCredentials: store }, credential) {
    await store.delete(credential)
    return { ok: true, value: undefined, warnings: [] }
  },
  facts: ({ settings }) => ({
    URL: endpointOf(settings),
    'Signs in by': isLegacy(settings) ? `itself: ${settings.protocol}` : (externalCredentialOf(settings) ?? '–'),
  }),
}

/** External credentials. */
export const externalCredentials: CredentialKind<ExternalCredential> = {
  noun: 'external credential',
  list: ({ externalCredentials: store }, org) => store.list(org.id),
  delete: deleteExternalCredential,
  facts: ({ settings: { authenticationProtocol, externalCredentialParameters: parameters } }) => ({
    Protocol: [
      authenticationProtocol,
      ...ofType(parameters, 'AuthProtocolVariant').map((one) => one.parameterValue),
    ].join(' '),
    Principals: [...ofType(parameters, 'NamedPrincipal'), ...ofType(parameters, 'PerUserPrincipal')]
      .map((one) => one.parameterName)
      .join(', '),
  }),
}

/** A credential of an org, by its name. @throws {Failure} when there is none */
export async function findCredential<Credential extends NamedCredential | ExternalCredential>(
  { noun, list }: CredentialKind<Credential>,
  stores: Stores,
  org: Org,
  name: string,
): Promise<Credential> {
  const all = await list(stores, org)
  const found = all.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = all.map((each) => each.name)
  throw new Failure(`The org “${org.name}” has no ${noun} “${name}”.${didYouMean(name, names)}`, {
    next: `See which there are: sallyport ${noun.replace(' ', '-')} list --org "${org.name}"`,
  })
}

/** A credential for programs: its name, and its settings as metadata calls them. */
export function credentialJson({ id, name, settings }: NamedCredential | ExternalCredential, org: Org) {
  return { id, org: org.name, fullName: name, ...settings }
}
