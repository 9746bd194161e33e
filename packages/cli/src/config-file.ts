import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { Option } from '@commander-js/extra-typings'
import { didYouMean } from '@sallyport/server'
import { z } from 'zod'
import { WrongUsage } from './failure.ts'
import { readFile } from './secret-source.ts'

/** `--config`: a file with what else would be options. */
export const configOption = new Option(
  '--config <file>',
  'YAML or JSON with options by their long names; the command line goes before the environment, and both before it',
).env('SALLYPORT_CONFIG_FILE')

const scalar = z.union([z.string(), z.number(), z.boolean()])
const fileForm = z.record(z.string(), z.union([scalar, z.array(scalar)]))

/**
 * Fills in from the file of {@link configOption} every option that neither the command line nor the environment gave. Each is
 * read as if it stood on the command line.
 * @throws {WrongUsage} that names the file and the option
 */
export async function fillFromConfig(command: CommandUnknownOpts): Promise<void> {
  const file: unknown = command.getOptionValue('config')
  if (typeof file !== 'string') return
  // The reader of YAML is loaded with the first file.
  const { parse } = await import('yaml')
  const reading = fileForm.safeParse(written(file, () => parse(readFile(file)) ?? {}))
  if (!reading.success) {
    throw new WrongUsage(`The configuration in ${file} is no list of options, each with a text or a list of texts.`)
  }
  const options = new Map(command.options.map((option) => [option.long?.slice(2) ?? '', option]))
  for (const one of ['config', 'help', 'json']) options.delete(one)
  for (const [name, value] of Object.entries(reading.data)) {
    const option = options.get(name)
    if (option === undefined) {
      const names = [...options.keys()]
      throw new WrongUsage(
        `The configuration in ${file} has “${name}”, which is no option.${didYouMean(name, names)}`,
        {
          next: `There are: ${names.join(', ')}.`,
        },
      )
    }
    const source = command.getOptionValueSource(option.attributeName())
    if (source === 'cli' || source === 'env') continue
    const read = written(`${file} (${name})`, () =>
      readValue(option, (Array.isArray(value) ? value : [value]).map(String)),
    )
    command.setOptionValueWithSource(option.attributeName(), read, 'config')
  }
}

/** Values as the option reads those of the command line. */
function readValue(option: CommandUnknownOpts['options'][number], values: readonly string[]): unknown {
  if (option.isBoolean()) return values[0] === 'true'
  const { parseArg, argChoices } = option
  if (argChoices !== undefined && !argChoices.includes(values[0] ?? '')) {
    throw new WrongUsage(`Allowed choices are ${argChoices.join(', ')}.`)
  }
  if (parseArg === undefined) return option.variadic ? values : values[0]
  let read: unknown
  for (const value of values) read = parseArg(value, read)
  return read
}

function written<Result>(place: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new WrongUsage(`What is written in ${place} cannot be used: ${reason}`, { cause: error })
  }
}
