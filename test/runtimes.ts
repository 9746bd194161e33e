// `npm run runtimes`: runs the code of the client's README on Node.js 22, Bun and Deno, which it installs into a folder of its own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDev } from './dev.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const runtimes = [
  ['node@22', 'node'],
  ['bun', 'bun', 'run'],
  ['deno', 'deno', 'run', '-A', '--node-modules-dir=manual'],
] as const

const folder = mkdtempSync(join(tmpdir(), 'sallyport-runtimes-'))
const dev = await startDev()
try {
  const allowScripts = { node: true, bun: true, deno: true }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts }))
  const packages = runtimes.map(([name]) => name)
  report(`Installing ${packages.join(', ')}.`)
  must('npm', ['install', '--no-audit', '--no-fund', ...packages], folder)
  const readme = readFileSync(join(root, 'packages/client/README.md'), 'utf8')
  const [, code = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? []
  writeFileSync(join(dev.folder, 'list-views.mjs'), code)
  symlinkSync(join(root, 'node_modules'), join(dev.folder, 'node_modules'))
  for (const [name, program, ...words] of runtimes) {
    const path = join(folder, 'node_modules', '.bin', program)
    const version = must(path, ['--version'], dev.folder).split('\n')[0]
    const printed = must(path, [...words, 'list-views.mjs'], dev.folder)
    const isRight = printed.split('\n').includes('All Accounts')
    report(`${isRight ? '✓' : '✗'} ${name} (${version})`)
    if (!isRight) process.exitCode = 1
  }
} finally {
  await dev.stop()
  rmSync(folder, { recursive: true, force: true })
}

function must(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed:\n${stdout}\n${stderr}`)
  return stdout
}

function report(line: string): void {
  process.stdout.write(`${line}\n`)
}
