import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { causeNames, causeOf } from '../../client/src/diagnosis/rank.ts'
import { explain } from '../../server/src/oauth/explanation.ts'
import { sampleRefusals } from '../../server/test/refusal-samples.ts'
import { app } from '../src/commands/app.ts'
import { authProvider } from '../src/commands/auth-provider.ts'
import { identityProvider } from '../src/commands/identity-provider.ts'
import { journal } from '../src/commands/journal.ts'
import { keystore } from '../src/commands/keystore.ts'
import { login } from '../src/commands/login.ts'
import { org } from '../src/commands/org.ts'
import { profile } from '../src/commands/profile.ts'
import { ssoSettings } from '../src/commands/sso-settings.ts'
import { token } from '../src/commands/token.ts'
import { tokenExchangeHandler } from '../src/commands/token-exchange-handler.ts'
import { user } from '../src/commands/user.ts'
import { terminal } from '../src/terminal.ts'

const shown = terminal({ wantsJson: true })
const administering = [app, user, profile, org, token, keystore, journal]
const signingIn = [login, ssoSettings, authProvider, identityProvider, tokenExchangeHandler]
const commands = new Map(
  [...administering, ...signingIn].map((command) => command(shown)).map((command) => [command.name(), command]),
)

/** The commands that explanations tell people to run, as words. */
const told = [
  ...new Set([
    ...sampleRefusals
      .flatMap((refusal) => [
        ...explain(refusal).whatToDo.matchAll(/`(sallyport (?:app|user|org|login|sso-settings|auth-provider) [^`]*)`/g),
      ])
      .map(([, command]) => command ?? ''),
    ...causeNames.map((name) => causeOf(name).command ?? '').filter((line) => /^sallyport (?!call )/.test(line)),
  ]),
]

function optionsOf(command: CommandUnknownOpts): readonly (string | undefined)[] {
  return command.options.map(({ long }) => long)
}

describe('the commands in explanations', () => {
  it('are some', () => {
    expect(told.length).toBeGreaterThan(15)
  })

  it.each(told)('%s is one that this program knows', (line) => {
    const [, name, ...rest] = line.split(' ')
    const first = commands.get(name ?? '')
    const command = first?.commands.length === 0 ? first : first?.commands.find((one) => one.name() === rest[0])
    if (command === undefined) throw new Error(`There is no command ${name} ${rest[0]}.`)
    const words = command === first ? rest : rest.slice(1)
    const options = words.filter((word) => word.startsWith('--') && word !== '--help')
    expect(optionsOf(command)).toEqual(expect.arrayContaining(options))
    const named = words.filter((word, position) => position === 0 && !word.startsWith('--')).length
    const { registeredArguments } = command
    expect(named).toBeGreaterThanOrEqual(registeredArguments.filter(({ required }) => required).length)
    expect(named).toBeLessThanOrEqual(registeredArguments.length)
  })
})
