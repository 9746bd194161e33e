import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { ExternalCredential, NamedCredential } from '@sallyport/server'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { details, minute } from '../../table.ts'
import type { Terminal } from '../../terminal.ts'
import { type CredentialKind, credentialJson, findCredential } from './credential-kind.ts'

/** `sallyport named-credential show`, and the same of external ones: one of them. */
export function credentialShow<Credential extends NamedCredential | ExternalCredential>(
  terminal: Terminal,
  kind: CredentialKind<Credential>,
): CommandUnknownOpts {
  return new Command('show')
    .summary(`show one of the ${kind.noun}s`)
    .description(
      `Shows one of the ${kind.noun}s of an org. With --json, its settings have the names of Salesforce’s metadata.`,
    )
    .argument('<name>')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, options.org)
        const found = await findCredential(kind, stores, org, name)
        const { label, description, ...settings } = found.settings
        terminal.answer(
          credentialJson(found, org),
          details(
            {
              Name: found.name,
              Label: label,
              Org: org.name,
              Id: found.id,
              Description: description,
              ...kind.facts(found),
              Settings: Object.entries(settings).flatMap(settingLines).join('\n') || undefined,
              Created: minute(found.createdAt),
              Changed: minute(found.modifiedAt),
            },
            terminal.style,
          ),
        )
      }),
    )
}

function settingLines([name, value]: readonly [string, unknown]): readonly string[] {
  if (!Array.isArray(value)) return [`${name}: ${String(value)}`]
  return value.map((one: Readonly<Record<string, unknown>>) => {
    const { parameterType, parameterName, ...rest } = one
    return `${String(parameterType)} ${String(parameterName)}: ${Object.values(rest).map(String).join(' ') || '–'}`
  })
}
