#!/usr/bin/env node
// Plain JavaScript that old versions of Node.js can read too, so that they can be told apart in words.
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { nodeVersionProblem } from './node-version.js'

const problem = nodeVersionProblem(process.versions.node)
if (problem === undefined) {
  // What was compiled once is read the next time; beside the program, where nobody else can write.
  module.enableCompileCache(fileURLToPath(new URL('../dist/compiled', import.meta.url)))
  import('../dist/program.js').then(({ main }) => main(), notBuilt)
} else {
  fail(problem)
}

/** @param {Error & { code?: string, url?: string }} error */
function notBuilt(error) {
  const isMissing = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.url).endsWith('/dist/program.js')
  if (!isMissing) throw error
  fail('Sallyport has not been built yet: run `npm run build` in the repository first.')
}

/** @param {string} line */
function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exitCode = 2
}
