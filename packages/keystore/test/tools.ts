import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A folder in which other people's programs are run. Gone with the test. */
export interface Workbench extends Disposable {
  path(name: string): string
  read(name: string): Uint8Array
  write(name: string, content: Uint8Array | string): void
  /** Runs `openssl`; answers what it printed. @throws {Error} with what it said when it fails */
  openssl(...words: readonly string[]): Promise<string>
  /** Runs Java's `keytool`. @throws {Error} with what it said when it fails */
  keytool(...words: readonly string[]): Promise<string>
}

/** Options with which Java compiles little, and begins in half the time. */
export const quickJava = ['-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC'] as const

/** A fresh folder to work in. */
export function workbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keystore-'))
  const path = (name: string) => join(folder, name)
  const run =
    (program: string, ...always: readonly string[]) =>
    async (...words: readonly string[]) => {
      // Names of files with letters that ASCII has not must mean the same to Java on every machine.
      const env = { ...process.env, LC_ALL: 'C.UTF-8' }
      const { stdout } = await execute(program, [...always, ...words], { cwd: folder, env })
      return stdout
    }
  return {
    path,
    read: (name) => new Uint8Array(readFileSync(path(name))),
    write: (name, content) => writeFileSync(path(name), content),
    openssl: run('openssl'),
    keytool: run('keytool', ...quickJava),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
