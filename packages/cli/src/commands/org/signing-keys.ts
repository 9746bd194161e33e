import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { type Clock, type SigningKey, type Stores, signingKeyAt } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { dataOption, jsonOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'

/** A key as commands tell of it. */
export interface ShownKey {
  readonly kid: string
  /** Whether it signs, waits for its turn, or is published for what it signed. */
  readonly use: 'signs' | 'waits' | 'signed'
  readonly published: string
  readonly signsFrom: string
}

/** `sallyport org signing-keys`: the keys that are published, and which of them signs. */
export function orgSigningKeys(terminal: Terminal): CommandUnknownOpts {
  return new Command('signing-keys')
    .summary('list the keys that ID tokens and JWT access tokens are verified with')
    .description(
      'Lists the keys that the server publishes under /id/keys, newest first. All orgs of the server share them.',
    )
    .addOption(dataOption)
    .addOption(jsonOption)
    .addHelpText('after', '\nExample:\n  sallyport org signing-keys')
    .action((options) =>
      withDatabase(options, async ({ stores, now }) => {
        const keys = await shownKeys({ ...stores, now })
        const rows = keys.map(({ kid, use, published, signsFrom }) => [kid, use, published, signsFrom])
        terminal.answer(keys, table(['KID', 'USE', 'PUBLISHED SINCE', 'SIGNS FROM'], rows, terminal.style))
      }),
    )
}

/** The keys there are, newest first. */
export async function shownKeys({
  signingKeys,
  now,
}: Pick<Stores, 'signingKeys'> & { readonly now: Clock }): Promise<readonly ShownKey[]> {
  const at = now()
  const keys = await signingKeys.list()
  const signing = signingKeyAt(keys, at)
  const useOf = (key: SigningKey) => (key === signing ? 'signs' : key.signsFrom > at ? 'waits' : 'signed')
  return keys.map((key) => ({
    kid: key.kid,
    use: useOf(key),
    published: key.createdAt.toISOString(),
    signsFrom: key.signsFrom.toISOString(),
  }))
}
