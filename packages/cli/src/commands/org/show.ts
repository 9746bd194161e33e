import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { withDatabase } from '../../database.ts'
import { findOrg } from '../../find.ts'
import { dataOption, jsonOption } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { orgJson, orgText } from './shown-org.ts'

/** `sallyport org show`: one org, with what it has. */
export function orgShow(terminal: Terminal): CommandUnknownOpts {
  return new Command('show')
    .summary('show an org')
    .description('Shows an org: its settings, profiles, permission sets, apps and certificates.')
    .argument('[name]', 'by name, My Domain or id; needless when there is only one')
    .addOption(dataOption)
    .addOption(jsonOption)
    .action((name, options) =>
      withDatabase(options, async ({ stores }) => {
        const org = await findOrg(stores, name)
        const profiles = (await stores.profiles.list(org.id)).map((profile) => profile.name)
        const permissionSets = (await stores.permissionSets.list(org.id)).map((permissionSet) => permissionSet.name)
        const apps = await stores.apps.list(org.id)
        const namesOf = (isExternal: boolean) =>
          apps.filter(({ external }) => (external !== undefined) === isExternal).map(({ fullName }) => fullName)
        const connectedApps = namesOf(false)
        const externalClientApps = namesOf(true)
        const certificates = (await stores.certificates.list(org.id)).map((certificate) => certificate.name)
        const lines = (names: readonly string[]) => (names.length === 0 ? '–' : names.join('\n'))
        const more = {
          Profiles: lines(profiles),
          'Permission sets': lines(permissionSets),
          'Connected apps': lines(connectedApps),
          'External client apps': lines(externalClientApps),
          Certificates: lines(certificates),
        }
        terminal.answer(
          { ...orgJson(org), profiles, permissionSets, connectedApps, externalClientApps, certificates },
          orgText(org, more, terminal.style),
        )
      }),
    )
}
