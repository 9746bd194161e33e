import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/**
 * An option of the command line and what it holds. A table of them is for commands with more options than the types of a
 * chain of calls can keep: those are worked out one inside the other, and only so deep.
 */
export interface TypedOption<T> {
  /** The option, and its opposite where it has one. */
  readonly options: readonly Option[]
  /** What commander read; `undefined` when it was not given. */
  read(value: unknown): T | undefined
}

/** Options by the names that commander gives their values: `--run-as` is `runAs`. */
type OptionTable = Readonly<Record<string, TypedOption<unknown>>>

/** What a table of options holds. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends TypedOption<infer T> ? T : never
}

/** A text, as it was entered. */
export function text(flags: string, help?: string): TypedOption<string> {
  return { options: [new Option(flags, help)], read: (value) => (typeof value === 'string' ? value : undefined) }
}

/** Several texts, such as `--scope <name...>`. */
export function texts(flags: string, help?: string): TypedOption<readonly string[]> {
  return { options: [new Option(flags, help)], read: readTexts }
}

/** Something that is on or off: `--<name>`, and `--no-<name>`. */
export function onOff(name: string, help: string): TypedOption<boolean> {
  return {
    options: [new Option(`--${name}`, help), new Option(`--no-${name}`)],
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  }
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  flags: string,
  help: string,
  words: readonly Word[],
): TypedOption<Word> {
  return { options: [new Option(flags, help).choices(words)], read: (value) => words.find((word) => word === value) }
}

/** Some of a few words. */
export function someOf<const Word extends string>(
  flags: string,
  help: string,
  words: readonly Word[],
): TypedOption<readonly Word[]> {
  return {
    options: [new Option(flags, help).choices(words)],
    read: (value) => readTexts(value)?.flatMap((one) => words.find((word) => word === one) ?? []),
  }
}

/** What a text means. @param parse throws `InvalidArgumentError` for one that means nothing */
export function meaning<T>(flags: string, help: string, parse: (entered: string) => T): TypedOption<T> {
  const check = (entered: string) => {
    parse(entered)
    return entered
  }
  return {
    options: [new Option(flags, help).argParser(check)],
    read: (value) => (typeof value === 'string' ? parse(value) : undefined),
  }
}

/** An option that can also be taken back: `--no-<name>` is `false`. */
export function orNone<T>(name: string, option: TypedOption<T>, help: string): TypedOption<T | false> {
  return {
    options: [...option.options, new Option(`--no-${name}`, help)],
    read: (value) => (value === false ? false : option.read(value)),
  }
}

/** Gives a command the options of a table. */
export function addOptions(command: CommandUnknownOpts, table: OptionTable): void {
  for (const { options } of Object.values(table)) for (const option of options) command.addOption(option)
}

/** What was given of the options of a table. @param given what commander read for the whole command */
export function readOptions<Table extends OptionTable>(table: Table, given: object): OptionValues<Table> {
  const found = new Map(Object.entries(given))
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(table)) {
    const value = option.read(found.get(name))
    if (value !== undefined) values[name] = value
  }
  if (!isOf(table, values)) throw new Error('An option was read that is not in its table.')
  return values
}

function isOf<Table extends OptionTable>(
  table: Table,
  values: Readonly<Record<string, unknown>>,
): values is OptionValues<Table> {
  return Object.keys(values).every((name) => Object.hasOwn(table, name))
}

function readTexts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}
