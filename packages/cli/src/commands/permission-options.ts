import { type EnteredObjectPermission, weekdays } from '@sallyport/server'
import { WrongUsage } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

/** What the options about permissions are called where an act names their fields. */
export const permissionOptionNames = {
  name: '<name>',
  permissions: '--permission',
  objectPermissions: '--object',
  loginIpRanges: '--login-ip-range',
  ...Object.fromEntries(weekdays.map((day) => [`loginHours.${day}`, '--login-hours'])),
}

/** What the permission options say; what was not given is left out. */
export function enteredPermissions(options: {
  readonly permission?: readonly string[] | undefined
  readonly object?: readonly string[] | undefined
}) {
  return {
    ...(options.permission !== undefined && { permissions: given(options.permission) }),
    ...(options.object !== undefined && { objectPermissions: given(options.object).map(readObject) }),
  }
}

/** A list that was given; one empty text is the empty list. */
export function given(values: readonly string[]): readonly string[] {
  return values.length === 1 && values[0] === '' ? [] : values
}

/** Object permissions as they are entered: `Account:read,edit`. */
export function objectText({ object, ...may }: EnteredObjectPermission): string {
  const allowed = Object.entries(acts).flatMap(([act, field]) => (may[field] === true ? [act] : []))
  return `${object}:${allowed.join(',')}`
}

/** Lines of a list for people. */
export function linesOf(values: readonly string[]): string {
  return values.length === 0 ? '–' : values.join('\n')
}

/** Tells that something was done, with what it was done to. */
export function answerDone(terminal: Terminal, value: unknown, text: string): void {
  terminal.answer(value, `${terminal.style.green('✓')} ${text}`)
}

const acts = { create: 'allowCreate', read: 'allowRead', edit: 'allowEdit', delete: 'allowDelete' } as const

function readObject(text: string): EnteredObjectPermission {
  const [object = '', list = ''] = text.split(':')
  const wanted = list.split(',').map((word) => word.trim())
  const unknown = wanted.find((word) => !Object.hasOwn(acts, word))
  if (unknown !== undefined) {
    throw new WrongUsage(`“${text}” does not say what may be done with the records of an object.`, {
      next: 'Write it like Account:create,read,edit,delete.',
    })
  }
  const allowed = Object.entries(acts).map(([word, field]) => [field, wanted.includes(word)] as const)
  return { object, ...Object.fromEntries(allowed) }
}
