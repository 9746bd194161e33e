import { Command } from '@commander-js/extra-typings'
import type { EnteredPermissionSet } from '@sallyport/server'
import { dataOption, jsonOption, orgOption } from '../../options.ts'
import { enteredPermissions } from '../permission-options.ts'

/** A command about one permission set, with an option for everything that can be entered of it. */
export function permissionSetCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', 'API name')
    .option('--label <text>', 'by default the name, with blanks for underscores')
    .option('--permission <name...>', 'the user permissions it has, all of them; an empty text for none')
    .option('--object <permissions...>', 'the objects it opens, all of them, such as Account:create,read,edit,delete')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What was entered of a permission set. */
export function enteredPermissionSet(
  options: ReturnType<ReturnType<typeof permissionSetCommand>['opts']>,
): EnteredPermissionSet {
  return { ...enteredPermissions(options), ...(options.label !== undefined && { label: options.label }) }
}
