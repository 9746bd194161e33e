import { type RawBuilder, RawNode } from 'kysely'

const onPostgres = new WeakMap<RawNode, RawNode>()

/** A piece of SQL for which the databases have different words. */
export function words<T>(forms: { readonly sqlite: RawBuilder<T>; readonly postgres: RawBuilder<T> }): RawBuilder<T> {
  const node = forms.sqlite.toOperationNode()
  const other = forms.postgres.toOperationNode()
  if (!RawNode.is(node) || !RawNode.is(other)) throw new Error('Words for two databases were not written by `sql`.')
  onPostgres.set(node, other)
  return forms.sqlite
}

/** The words for PostgreSQL of a piece that was written by {@link words}; any other piece as it is. */
export function wordsForPostgres(node: RawNode): RawNode {
  return onPostgres.get(node) ?? node
}
