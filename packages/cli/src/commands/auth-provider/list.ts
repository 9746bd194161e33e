import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { table } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { providerJson } from './shown-provider.ts'

/** `sallyport auth-provider list`: the outside providers of one org, or of each. */
export function authProviderList(terminal: Terminal): CommandUnknownOpts {
  return new Command('list')
    .summary('list the auth. providers')
    .description('Lists the auth. providers of one org or of all.')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((options) =>
      withDatabase(options, async ({ stores }) => {
        const orgs = options.org === undefined ? await stores.orgs.list() : [await findOrg(stores, options.org)]
        const found = await Promise.all(
          orgs.map(async (org) =>
            (await stores.authProviders.list(org.id)).map((provider) => ({ provider, org: org.name })),
          ),
        )
        const rows = found
          .flat()
          .map(({ provider, org }) => [
            provider.developerName,
            provider.friendlyName,
            org,
            provider.idTokenIssuer ?? new URL(provider.authorizeUrl).origin,
            provider.userMatching,
          ])
        terminal.answer(
          found.flat().map(({ provider, org }) => providerJson(provider, org)),
          rows.length === 0
            ? 'No org has an auth. provider yet. Make one: sallyport auth-provider create <name>'
            : table(['URL suffix', 'Name', 'Org', 'Issuer', 'User matching'], rows, terminal.style),
        )
      }),
    )
}
