import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { EnteredEnablement, EnteredHandler } from '@sallyport/server'
import { entered } from '../../entered.ts'
import { dataOption, jsonOption, orgOption } from '../../options.ts'

const tokenTypes = ['access_token', 'refresh_token', 'id_token', 'saml2', 'jwt'] as const

/** A command about one handler, with an option for everything that can be entered of it. */
export function handlerCommand(name: 'create' | 'update') {
  return new Command(name)
    .argument('<name>', 'API name')
    .option('--label <text>', 'by default the name, with blanks for underscores')
    .option('--description <text>')
    .option('--module <name>', 'the name of its file in the folder handlers, without .ts or .js; by default its own')
    .addOption(new Option('--token-type <type...>', 'what it takes; all of them').choices(tokenTypes))
    .option(
      '--app <app=username...>',
      'the apps it goes for, and as whom it acts for each; all of them',
      readEnablement,
    )
    .option('--default-for <app...>', 'of these, the apps that use it when a request names none; all of them')
    .option('--user-creation', 'it may make users')
    .option('--no-user-creation')
    .option('--enable', 'switch it on')
    .option('--disable', 'switch it off')
    .addOption(orgOption)
    .addOption(dataOption)
    .addOption(jsonOption)
}

/** What {@link handlerCommand} reads from the command line. */
export type HandlerOptions = ReturnType<ReturnType<typeof handlerCommand>['opts']>

/** An app and whom a handler acts as for it. */
type AppAndUser = Pick<EnteredEnablement, 'connectedApp' | 'apexExecutionUser'>

/** What was entered of a handler. @param held the enablements that are there already */
export function enteredHandler(options: HandlerOptions, held: readonly EnteredEnablement[]): EnteredHandler {
  const { tokenType: types, app: apps, defaultFor } = options
  const named = apps ?? (defaultFor === undefined ? undefined : held)
  return entered({
    masterLabel: options.label,
    description: options.description,
    tokenHandlerApex: options.module,
    isAccessTokenSupported: types?.includes('access_token'),
    isRefreshTokenSupported: types?.includes('refresh_token'),
    isIdTokenSupported: types?.includes('id_token'),
    isSaml2Supported: types?.includes('saml2'),
    isJwtSupported: types?.includes('jwt'),
    isUserCreationAllowed: options.userCreation,
    isEnabled: options.enable === true ? true : options.disable === true ? false : undefined,
    enablements: named?.map(({ connectedApp, apexExecutionUser }) => ({
      connectedApp,
      apexExecutionUser,
      isDefault: isDefault(connectedApp),
    })),
  })

  function isDefault(app: string): boolean {
    if (defaultFor !== undefined) return defaultFor.includes(app)
    return held.find(({ connectedApp }) => connectedApp === app)?.isDefault ?? false
  }
}

/** What the fields of a handler are called on the command line, where the option has another name. */
export const handlerOptionNames: Readonly<Record<string, string>> = {
  developerName: '<name>',
  masterLabel: '--label',
  tokenHandlerApex: '--module',
  isJwtSupported: '--token-type',
  enablements: '--app',
}

function readEnablement(text: string, before: readonly AppAndUser[] = []): readonly AppAndUser[] {
  if (text === '') return before
  const [, connectedApp, apexExecutionUser] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (connectedApp === undefined || apexExecutionUser === undefined) {
    throw new InvalidArgumentError('Enter the app and the user as whom the handler acts: <app>=<username>.')
  }
  return [...before, { connectedApp, apexExecutionUser }]
}
