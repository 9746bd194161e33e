import type { SetupNeeds } from '../setup.ts'
import type { SetupRoute } from '../setup-visit.ts'
import { credentialList } from './credential-list.tsx'
import { editExternalCredential } from './edit-external-credential.tsx'
import { editNamedCredential } from './edit-named-credential.tsx'
import { viewCredentials } from './view-credential.tsx'

/** *Named Credentials*, with the external credentials that they sign in by. */
export function namedCredentialPages(needs: Pick<SetupNeeds, 'newId' | 'now'>): readonly SetupRoute[] {
  return [
    ...credentialList,
    ...editNamedCredential(needs),
    ...editExternalCredential(needs),
    // Last: the words of the others stand where these have an id.
    ...viewCredentials,
  ]
}
