import type { Scope } from '../../../connected-apps/scope.ts'
import { Nothing } from '../blocks.tsx'

/** Scopes by their wire names; nothing where an admin approved and nobody was asked. */
export function ScopeList({ scopes }: { readonly scopes: readonly Scope[] }) {
  return scopes.length === 0 ? <Nothing /> : <code>{scopes.join(' ')}</code>
}
