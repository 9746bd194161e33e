import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { expect, it } from 'vitest'
import { addOptions, meaning, oneOf, onOff, orNone, readOptions, someOf, text, texts } from './option-table.ts'

const readNumber = (entered: string): number => {
  if (!/^\d+$/.test(entered)) throw new InvalidArgumentError('Enter a number.')
  return Number(entered)
}

const table = {
  label: text('--label <text>'),
  scope: texts('--scope <name...>'),
  pkce: onOff('pkce', 'proof keys'),
  kind: oneOf('--kind <kind>', 'of which', ['small', 'large']),
  place: someOf('--place <place...>', 'where', ['here', 'there']),
  timeout: orNone('timeout', meaning('--timeout <seconds>', 'how long', readNumber), 'for ever'),
}

function given(...args: readonly string[]) {
  const command = new Command('try').exitOverride().configureOutput({ writeErr: () => undefined })
  addOptions(command, table)
  command.option('--other <text>')
  return readOptions(table, command.parse(args, { from: 'user' }).opts())
}

it('reads what was given, as what it means, and nothing else', () => {
  expect(given('--label', 'A b', '--scope', 'api', 'id', '--pkce', '--kind', 'large', '--other', 'x')).toEqual({
    label: 'A b',
    scope: ['api', 'id'],
    pkce: true,
    kind: 'large',
  })
  expect(given('--place', 'there', 'here', '--timeout', '90')).toEqual({ place: ['there', 'here'], timeout: 90 })
})

it('tells what was taken back from what was not said', () => {
  expect(given('--no-pkce', '--no-timeout')).toEqual({ pkce: false, timeout: false })
  expect(given()).toEqual({})
})

it.each([
  ['--kind', 'huge'],
  ['--place', 'nowhere'],
  ['--timeout', 'soon'],
])('refuses what means nothing: %s %s', (...args) => {
  expect(() => given(...args)).toThrow('is invalid')
})
