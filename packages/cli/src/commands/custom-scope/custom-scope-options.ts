import { Command } from '@commander-js/extra-typings'
import type { EnteredCustomScope } from '@sallyport/server'
import { entered } from '../../entered.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'

/** A command about one custom scope, with an option for everything that can be entered of it. */
export function customScopeCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', 'API name')
    .option('--label <text>', 'by default the name, with blanks for underscores')
    .option('--description <text>', 'what people read who are to allow it: letters, digits and blanks, at most 60')
    .option('--public', 'discovery names it')
    .option('--no-public')
    .option('--protected', 'a protected component of packages')
    .option('--no-protected')
    .option('--app <name...>', 'API names of the apps that may ask for it, all of them; an empty text for none')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What was entered of a custom scope. */
export function enteredCustomScope(
  options: ReturnType<ReturnType<typeof customScopeCommand>['opts']>,
): EnteredCustomScope {
  return entered({
    label: options.label,
    description: options.description,
    isPublic: options.public,
    isProtected: options.protected,
    assignedTo: nonEmpty(options.app),
  })
}

/** What the fields are called on the command line, where the option has another name. */
export const customScopeOptionNames: Readonly<Record<string, string>> = { name: '<name>', assignedTo: '--app' }

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list?.length === 1 && list[0] === '' ? [] : list
}
