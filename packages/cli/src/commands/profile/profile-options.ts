import { Command } from '@commander-js/extra-typings'
import type { EnteredProfile, IpRange } from '@sallyport/server'
import { dataOption, jsonOption, orgOption, readDuration } from '../../options.ts'
import { enteredPermissions, given } from '../permission-options.ts'

/** A command about one profile, with an option for everything that can be entered of it. */
export function profileCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>')
    .option('--permission <name...>', 'the user permissions it has, all of them; an empty text for none')
    .option('--object <permissions...>', 'the objects it opens, all of them, such as Account:create,read,edit,delete')
    .option('--login-ip-range <start-end...>', 'where its users may sign in from, such as 10.0.0.1-10.0.0.9')
    .option('--session-timeout <duration>', 'how long sessions last without use, such as 2h', readDuration)
    .option('--high-assurance', 'whoever signs in verifies their identity besides')
    .option('--no-high-assurance')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What was entered of a profile. */
export function enteredProfile(options: ReturnType<ReturnType<typeof profileCommand>['opts']>): EnteredProfile {
  const { loginIpRange, sessionTimeout, highAssurance } = options
  return {
    ...enteredPermissions(options),
    ...(loginIpRange !== undefined && { loginIpRanges: given(loginIpRange).map(readRange) }),
    ...(sessionTimeout !== undefined && { sessionTimeout }),
    ...(highAssurance !== undefined && { requiresHighAssurance: highAssurance }),
  }
}

function readRange(text: string): IpRange {
  const [start = '', end = start] = text.split('-').map((address) => address.trim())
  return { start, end }
}
