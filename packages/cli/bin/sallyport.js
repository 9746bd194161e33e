#!/usr/bin/env node
// Plain JavaScript that old versions of Node.js can read too, so that they can be told apart in words.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { nodeVersionProblem } from './node-version.js'

const built = fileURLToPath(new URL('../dist', import.meta.url))
const problem = nodeVersionProblem(process.versions.node)
if (problem !== undefined) {
  fail(problem)
} else if (!existsSync(`${built}/program.cjs`)) {
  fail('Sallyport has not been built yet: run `npm run build` in the repository first.')
} else {
  // What was compiled once is read the next time; beside the program, where nobody else can write.
  module.enableCompileCache(`${built}/compiled`)
  module
    .createRequire(import.meta.url)('../dist/program.cjs')
    .main()
}

/** @param {string} line */
function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exitCode = 2
}
