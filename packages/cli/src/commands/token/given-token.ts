import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { WrongUsage } from '../../failure.ts'
import { readFile } from '../../secret-source.ts'

/**
 * A token out of a file, or from standard input with `-`.
 * @throws {WrongUsage} for a token on the command line, which other users of the machine can read
 */
export async function givenToken(place: string): Promise<string> {
  if (place === '-') return (await text(process.stdin)).trim()
  if (existsSync(place)) return readFile(place).trim()
  throw new WrongUsage('A token is read from a file, or from standard input with -.', {
    next: 'Such as: pbpaste | sallyport token decode -',
  })
}
