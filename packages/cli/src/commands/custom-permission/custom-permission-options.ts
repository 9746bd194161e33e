import { Command } from '@commander-js/extra-typings'
import type { EnteredCustomPermission } from '@sallyport/server'
import { entered } from '../../entered.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'

/** A command about one custom permission, with an option for everything that can be entered of it. */
export function customPermissionCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', 'API name')
    .option('--label <text>', 'by default the name, with blanks for underscores')
    .option('--description <text>')
    .option('--app <name>', 'the app that is told who has it; an empty text for none')
    .option('--profile <name...>', 'profiles that give it, all of them; an empty text for none')
    .option('--permission-set <name...>', 'permission sets that give it, all of them; an empty text for none')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What was entered of a custom permission. */
export function enteredCustomPermission(
  options: ReturnType<ReturnType<typeof customPermissionCommand>['opts']>,
): EnteredCustomPermission {
  return entered({
    label: options.label,
    description: options.description,
    connectedApp: options.app,
    profiles: nonEmpty(options.profile),
    permissionSets: nonEmpty(options.permissionSet),
  })
}

/** What the fields are called on the command line, where the option has another name. */
export const customPermissionOptionNames: Readonly<Record<string, string>> = {
  name: '<name>',
  connectedApp: '--app',
  profiles: '--profile',
  permissionSets: '--permission-set',
}

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.length === 1 && list[0] === '' ? [] : list
}
